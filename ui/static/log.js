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
  const what = button.dataset.do;
  if (what === 'copy') { tiaowen.copy(button); return; }
  if (what === 'helped') { tiaowen.judge(button.closest('.turn'), {helpful: true}); return; }
  if (what === 'missed') { tiaowen.toggleFeedback(button.closest('.turn')); return; }
  if (tiaowen.busy()) return;
  const question = button.dataset.question;
  if (what === 'ask') trigger('ask', {question});
  if (what === 'retry') trigger('retry', {});
  if (what === 'rewrite') { trigger('rewrite', {question}); tiaowen.focusBox(); }
});
element.addEventListener('submit', (event) => {
  event.preventDefault();
  const form = event.target;
  const reason = form.querySelector('input:checked');
  const note = form.querySelector('textarea').value.trim();
  if (!reason && !note) { form.querySelector('input').focus(); tiaowen.say('请选一个原因，或写一句说明。'); return; }
  tiaowen.judge(form.closest('.turn'), {helpful: false, reason: reason ? reason.value : 'other', note});
});
for (const [name, show] of [['pointerover', true], ['focusin', true], ['pointerout', false], ['focusout', false]]) {
  element.addEventListener(name, (event) => {
    const mark = event.target.closest('.cite');
    if (mark) tiaowen.card(show ? mark : null);
  });
}
// A short answer is shown whole; of a long one the beginning stays in view, unless the reader scrolls.
watch('value', () => {
  if (element.closest('#settled')) tiaowen.wanted = null;  // clicks before are of the conversation as it was
  requestAnimationFrame(shown);
});
const shown = () => {
  tiaowen.showJudged();
  const log = document.querySelector('#log');
  const all = document.querySelectorAll('#log article.turn');
  const last = all[all.length - 1];
  if (!log || !last) return;
  const top = last.getBoundingClientRect().top - log.getBoundingClientRect().top + log.scrollTop - 12;
  log.scrollTop = Math.min(log.scrollHeight - log.clientHeight, top);
};
