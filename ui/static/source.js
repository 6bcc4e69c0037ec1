// The source pane: moving between citations, closing the sheet, and scrolling to the quoted words.
element.addEventListener('click', (event) => {
  const near = event.target.closest('[data-clause]');
  if (near) {
    const {clause, start, end, turn, n, total} = near.dataset;
    trigger('cite', {clause, start, end, turn, n, total});
    return;
  }
  const button = event.target.closest('button');
  if (!button) return;
  if (button.dataset.step) tiaowen.step(Number(button.dataset.step));
  if (button.dataset.close) tiaowen.closeSheet();
  if (button.dataset.do === 'copy') tiaowen.copy(button);
  if (button.dataset.full) {
    tiaowen.closeSheet();
    trigger('full', {document: button.dataset.document, clause: button.dataset.clauseId});
  }
});
watch('value', () => requestAnimationFrame(tiaowen.settlePane));
