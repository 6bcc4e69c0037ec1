// 有帮助, 没帮助: sent to the service, and remembered in this browser so that the buttons show it.
const JUDGED = 'tiaowen.judged';
const judged = () => { try { return JSON.parse(localStorage.getItem(JUDGED)) || {}; } catch (e) { return {}; } };

Object.assign(tiaowen, {
  toggleFeedback(turn) {
    const form = turn.querySelector('.feedback');
    form.hidden = !form.hidden;
    turn.querySelector('.actions [data-do="missed"]').setAttribute('aria-expanded', String(!form.hidden));
    if (!form.hidden) form.querySelector('input').focus();
  },
  async judge(turn, verdict) {
    const answer = turn.querySelector('.feedback').dataset.answer;
    const question = turn.querySelector('.question').textContent.slice(0, 2000);
    try { await tiaowen.post('/v1/feedback', {answer_id: answer, question, ...verdict}); } catch (e) { tiaowen.say(e.message); return; }
    const all = Object.entries({...judged(), [answer]: verdict.helpful}).slice(-300);
    try { localStorage.setItem(JUDGED, JSON.stringify(Object.fromEntries(all))); } catch (e) { /* only a memory */ }
    turn.querySelector('.feedback').hidden = true;
    tiaowen.showJudged();
    tiaowen.say('谢谢，已记下。');
  },
  showJudged() {
    const known = judged();
    for (const form of document.querySelectorAll('#settled .feedback')) {
      const helpful = known[form.dataset.answer];
      const turn = form.closest('.turn');
      for (const [what, value] of [['helped', true], ['missed', false]]) {
        turn.querySelector(`.actions [data-do="${what}"]`).setAttribute('aria-pressed', String(helpful === value));
      }
    }
  },
});
