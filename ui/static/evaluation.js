// The command that makes a report can be copied.
element.addEventListener('click', (event) => {
  const button = event.target.closest('[data-copy]');
  if (button) tiaowen.copy(button);
});
