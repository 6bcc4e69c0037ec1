// A number shows the tasks that it counts.
element.addEventListener('click', (event) => {
  const number = event.target.closest('[data-unit]');
  if (number) tiaowen.duties.choose(number.dataset.unit, number.dataset.document);
});
const fold = () => {
  const matrix = element.querySelector('.fold');
  if (matrix && matchMedia('(max-width: 760px)').matches) matrix.open = false;
};
watch('value', () => requestAnimationFrame(fold));
fold();
