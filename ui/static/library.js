// The library: a document's row opens its text, and the text opens at the clause it was opened for.
element.addEventListener('click', (event) => {
  const button = event.target.closest('button');
  if (!button) return;
  const {document: documentId, back, id, title} = button.dataset;
  if (documentId) trigger('full', {document: documentId});
  if (back) trigger('leave', {});
  if (button.dataset.do === 'replace') tiaowen.manage.replace(id);
  if (button.dataset.do === 'renew') tiaowen.manage.renew(button);
  if (button.dataset.do === 'remove') tiaowen.manage.remove(id, title);
});
const showMarked = () => requestAnimationFrame(() => {
  const box = document.querySelector('#library');
  const tree = element.querySelector('.tree');
  const target = tree && tree.dataset.marked && tree.querySelector(`[data-id="${CSS.escape(tree.dataset.marked)}"]`);
  if (!target) { box.scrollTop = 0; return; }
  target.classList.add('current');
  box.scrollTop = target.getBoundingClientRect().top - box.getBoundingClientRect().top + box.scrollTop - 60;
});
watch('value', showMarked);
showMarked();  // a tab that was never open comes into being with its value
