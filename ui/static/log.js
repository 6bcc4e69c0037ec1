// The transcript: clicks on marks and buttons, the card, and where the log is scrolled to.
element.addEventListener('click', (event) => {
  const mark = event.target.closest('[data-clause]');
  if (mark) {
    tiaowen.opened(mark, event.detail === 0);
    const {clause, start, end, turn, n, total} = mark.dataset;
    trigger('cite', {clause, start, end, turn, n, total});
    return;
  }
  const button = event.target.closest('[data-do]');
  if (!button) return;
  if (button.dataset.do === 'copy') { tiaowen.copy(button); return; }
  if (tiaowen.busy()) return;
  const question = button.dataset.question;
  if (button.dataset.do === 'ask') trigger('ask', {question});
  if (button.dataset.do === 'retry') trigger('retry', {});
  if (button.dataset.do === 'rewrite') { trigger('rewrite', {question}); tiaowen.focusBox(); }
});
for (const [name, show] of [['pointerover', true], ['focusin', true], ['pointerout', false], ['focusout', false]]) {
  element.addEventListener(name, (event) => {
    const mark = event.target.closest('.cite');
    if (mark) tiaowen.card(show ? mark : null);
  });
}
// A short answer is shown whole; of a long one the beginning stays in view, unless the reader scrolls.
watch('value', () => requestAnimationFrame(() => {
  const log = document.querySelector('#log');
  const all = document.querySelectorAll('#log article.turn');
  const last = all[all.length - 1];
  if (!log || !last) return;
  const top = last.getBoundingClientRect().top - log.getBoundingClientRect().top + log.scrollTop - 12;
  log.scrollTop = Math.min(log.scrollHeight - log.clientHeight, top);
}));
