// The table of tasks: its other pages, and each task's clause in its document.
element.addEventListener('click', (event) => {
  const button = event.target.closest('button');
  if (!button) return;
  if (button.dataset.full) trigger('full', {document: button.dataset.document, clause: button.dataset.clauseId});
  if (button.dataset.offset) tiaowen.duties.find(Number(button.dataset.offset));
});
watch('value', () => requestAnimationFrame(() => {
  const box = element.querySelector('.table-box');
  if (box) box.scrollTop = 0;
}));
