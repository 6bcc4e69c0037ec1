// The library: a document's row opens its text, and the text opens at the clause it was opened for.
element.addEventListener('click', (event) => {
  const button = event.target.closest('button');
  if (!button) return;
  if (button.dataset.document) trigger('full', {document: button.dataset.document});
  if (button.dataset.back) trigger('leave', {});
});
const showMarked = () => requestAnimationFrame(() => {
  const tree = element.querySelector('.tree');
  if (!tree || !tree.dataset.marked) return;
  const target = tree.querySelector(`[data-id="${CSS.escape(tree.dataset.marked)}"]`);
  if (!target) return;
  target.classList.add('current');
  const box = document.querySelector('#library');
  box.scrollTop = target.getBoundingClientRect().top - box.getBoundingClientRect().top + box.scrollTop - 60;
});
watch('value', showMarked);
showMarked();  // a tab that was never open comes into being with its value
