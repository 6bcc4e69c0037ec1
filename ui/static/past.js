// Conversations that this browser keeps, each under a key of its own, so that two tabs never overwrite each other.
const KEPT = 'tiaowen.c.', CURRENT = 'tiaowen.current', UNSENT = 'tiaowen.unsent', MOST = 30;

const parsed = (text) => { try { return JSON.parse(text); } catch (e) { return null; } };
const kept = () => Object.keys(localStorage).filter((key) => key.startsWith(KEPT))
  .map((key) => ({key, ...parsed(localStorage.getItem(key))}))
  .sort((a, b) => (b.at || 0) - (a.at || 0));

Object.assign(tiaowen, {
  // What this tab had when it was left: its conversation and the question that was not sent yet.
  left() {
    const found = parsed(localStorage.getItem(KEPT + sessionStorage.getItem(CURRENT)));
    return [found && typeof found.saved === 'string' ? found.saved : '', sessionStorage.getItem(UNSENT) || ''];
  },
  keep(saved) {
    const conversation = parsed(saved);
    if (!conversation) return;
    sessionStorage.removeItem(UNSENT);
    sessionStorage.setItem(CURRENT, conversation.id);
    if (!conversation.turns.length) return;
    const key = KEPT + conversation.id;
    const before = parsed(localStorage.getItem(key));
    if (before && before.saved === saved) return;  // opened, not continued
    const value = JSON.stringify({at: Date.now(), title: conversation.turns[0].question.slice(0, 60), saved});
    for (const old of kept().filter((one) => one.key !== key).slice(MOST - 1)) localStorage.removeItem(old.key);
    for (;;) {
      try { localStorage.setItem(key, value); break; } catch (e) {  // full: the oldest goes
        const oldest = kept().filter((one) => one.key !== key).pop();
        if (!oldest) { tiaowen.say('浏览器的存储已满，这个对话没有存下。请先导出 Word。'); break; }
        localStorage.removeItem(oldest.key);
      }
    }
  },
});

const past = element.querySelector('.past');
const list = past.querySelector('ul');
const day = (at) => new Date(at).toLocaleString('zh-CN', {month: 'numeric', day: 'numeric', hour: '2-digit', minute: '2-digit'});
const part = (tag, name, text) => {
  const made = document.createElement(tag);
  made.className = name;
  made.textContent = text;
  return made;
};
const show = () => {
  const rows = kept();
  list.replaceChildren(...rows.map((one) => {
    const row = document.createElement('li');
    const open = part('button', 'open', '');
    open.append(part('span', 'title', one.title || '（没有标题）'), part('span', 'at', day(one.at)));
    const drop = part('button', 'drop', '删除');
    drop.setAttribute('aria-label', '删除对话：' + one.title);
    for (const button of [open, drop]) { button.type = 'button'; button.dataset.key = one.key; }
    if (one.key === KEPT + sessionStorage.getItem(CURRENT)) open.setAttribute('aria-current', 'true');
    row.append(open, drop);
    return row;
  }));
  past.querySelector('.none').hidden = rows.length > 0;
};
past.addEventListener('toggle', () => { if (past.open) show(); });
list.addEventListener('click', (event) => {
  const button = event.target.closest('button');
  if (!button) return;
  if (button.className === 'drop') {
    localStorage.removeItem(button.dataset.key);
    show();
    return;
  }
  const found = parsed(localStorage.getItem(button.dataset.key));
  past.open = false;
  tiaowen.focusBox();
  if (found) trigger('reopen', {saved: found.saved});
});
document.addEventListener('input', (event) => {
  if (event.target.closest('#ask')) sessionStorage.setItem(UNSENT, event.target.value);
});
