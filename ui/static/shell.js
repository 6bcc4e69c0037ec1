// What the whole page shares: keyboard, the card over a mark, copying. Other scripts reach it as window.tiaowen.
const find = (selector) => document.querySelector(selector);
const row = () => find('#chat-row');
const isPhone = () => matchMedia('(max-width: 760px)').matches;

const tiaowen = window.tiaowen = {
  focusQuote: false,   // the next pane shown takes the keyboard focus to the quoted words
  lastMark: null,      // {turn, n} of the mark that the pane shows

  touched: false,      // whether the user did anything yet

  busy: () => Boolean(find('#running [aria-busy="true"]')),
  mark: (turn, n) => turn && n
    ? find(`#log [data-turn="${Number(turn)}"][data-n="${Number(n)}"]`) : null,
  address(tab) {
    if (!tiaowen.touched) return;  // the page opens its first tab by itself
    const url = new URL(location.href);
    if (tab === 'chat') url.searchParams.delete('tab'); else url.searchParams.set('tab', tab);
    history.replaceState(history.state, '', url);
  },
  // To the question box, from whichever tab.
  focusBox() {
    const focus = () => { const box = find('#ask textarea, #ask input'); if (box) box.focus(); };
    const tab = find('#tabs [role="tab"]');
    if (tab.getAttribute('aria-selected') === 'true') { focus(); return; }
    tab.click();
    requestAnimationFrame(focus);
  },

  opened(mark, byKeyboard) {
    tiaowen.focusQuote = byKeyboard;
    tiaowen.card(null);
    if (isPhone()) {
      row().classList.add('sheet');
      find('#source').setAttribute('role', 'dialog');
    }
    const {turn, n} = mark.dataset;
    tiaowen.wanted = {turn, n};
    const last = tiaowen.lastMark;
    if (last && last.turn === turn && last.n === n) tiaowen.settlePane();  // shown already: nothing will change
  },
  settlePane() {
    const pane = find('#source');
    const nav = pane.querySelector('.pane-nav');
    const wanted = tiaowen.wanted;
    if (nav && wanted && nav.dataset.turn === wanted.turn && nav.dataset.n !== wanted.n) {
      // a slow answer to an earlier click came last: the latest click wins
      const mark = tiaowen.mark(wanted.turn, wanted.n);
      const {focusQuote} = tiaowen;
      if (mark) { mark.click(); tiaowen.focusQuote = focusQuote; return; }
    }
    for (const mark of document.querySelectorAll('#log .on')) mark.classList.remove('on');
    tiaowen.lastMark = nav && {turn: nav.dataset.turn, n: nav.dataset.n};
    if (nav) {
      const same = `#log [data-turn="${Number(nav.dataset.turn)}"][data-n="${Number(nav.dataset.n)}"]`;
      for (const mark of document.querySelectorAll(same)) mark.classList.add('on');
    }
    const body = pane.querySelector('.pane-body');
    const target = body && (body.querySelector('mark') || body.querySelector('.current'));
    if (!target) return;
    const current = target.closest('.clause') || target;
    const top = (one) => one.getBoundingClientRect().top - body.getBoundingClientRect().top + body.scrollTop;
    // the clause from its label on, or, in a long clause, the quoted words
    const isNear = top(target) - top(current) < body.clientHeight / 2;
    body.scrollTop = Math.max(0, isNear ? top(current) - 44 : top(target) - 80);
    if (tiaowen.focusQuote) target.focus({preventScroll: true});
    tiaowen.focusQuote = false;
  },
  closeSheet() {
    if (!row().classList.contains('sheet')) return false;
    row().classList.remove('sheet');
    find('#source').setAttribute('role', 'region');
    tiaowen.backToMark();
    return true;
  },
  backToMark() {
    const last = tiaowen.lastMark;
    const mark = last && tiaowen.mark(last.turn, last.n);
    if (mark) mark.focus({preventScroll: true});
  },
  step(by) {
    const nav = find('#source .pane-nav');
    const mark = nav && tiaowen.mark(nav.dataset.turn, Number(nav.dataset.n) + by);
    if (mark) mark.click();
  },
  card(mark) {
    const card = find('#head .card');
    if (!mark || isPhone()) { card.hidden = true; return; }
    card.replaceChildren();
    for (const [tag, text] of [['b', mark.dataset.label], ['i', mark.dataset.title], ['span', mark.dataset.quote]]) {
      const part = document.createElement(tag);
      part.textContent = text;
      card.append(part);
    }
    card.hidden = false;
    const at = mark.getBoundingClientRect();
    card.style.left = Math.max(8, Math.min(at.left - 20, innerWidth - card.offsetWidth - 8)) + 'px';
    const below = at.bottom + 8;
    card.style.top = (below + card.offsetHeight < innerHeight ? below : at.top - card.offsetHeight - 8) + 'px';
  },
  // One sentence at the foot of the page, for a moment.
  say(words) {
    const line = find('#head .say');
    if (line.textContent !== words) line.textContent = words;  // the same words are read out once
    line.classList.add('on');
    clearTimeout(tiaowen.saying);
    tiaowen.saying = setTimeout(() => { line.classList.remove('on'); line.textContent = ''; }, 5000);
  },
  // A call of the HTTP API straight from the browser; a refusal is thrown in the service's own words.
  async api(path, options) {
    let reply;
    try { reply = await fetch(path, options); } catch (e) { throw new Error('连不上服务，请过一会儿再试。'); }
    if (reply.ok) return reply;
    throw new Error(await tiaowen.refusal(reply));
  },
  async refusal(reply) {
    let words = '';
    try { words = (await reply.json()).error.message; } catch (e) { /* none of ours */ }
    return words ? words.replace(/。?$/, '。') : `没有成功（${reply.status}），请过一会儿再试。`;
  },
  post: (path, body) => tiaowen.api(path, {
    method: 'POST', headers: {'Content-Type': 'application/json'}, body: JSON.stringify(body),
  }),
  download(blob, name) {
    const link = document.createElement('a');
    link.href = URL.createObjectURL(blob);
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  },
  async copy(button) {
    const text = button.dataset.copy;
    let done = false;
    try { await navigator.clipboard.writeText(text); done = true; } catch (e) {
      // no clipboard outside https and localhost
      const area = document.createElement('textarea');
      area.value = text;
      area.style.position = 'fixed';
      area.style.opacity = '0';
      document.body.append(area);
      area.select();
      done = document.execCommand('copy');
      area.remove();
    }
    const words = button.textContent;
    button.textContent = done ? '已复制' : '复制不了，请手动选中';
    setTimeout(() => { button.textContent = words; }, 1500);
  },
};

// Gradio says nothing about a refused call and speaks English when the server is gone (its toasts are hidden).
const plainFetch = window.fetch;
window.fetch = async (...call) => {
  const isGradio = String(call[0] && call[0].url || call[0]).includes('/gradio_api/');
  try {
    const reply = await plainFetch(...call);
    const isRefused = [401, 413, 429].includes(reply.status) || reply.status >= 500;
    if (isGradio && isRefused) tiaowen.say(await tiaowen.refusal(reply.clone()));
    return reply;
  } catch (e) {
    if (isGradio && e.name !== 'AbortError') tiaowen.say('连不上服务，正在重试。恢复后页面会自己刷新，没发出的问题还在。');
    throw e;
  }
};
for (const name of ['pointerdown', 'keydown']) {
  document.addEventListener(name, () => { tiaowen.touched = true; }, {capture: true, once: true});
}
document.addEventListener('keydown', (event) => {
  if (event.isComposing || event.keyCode === 229) return;
  const typing = /^(TEXTAREA|INPUT|SELECT)$/.test(event.target.tagName) || event.target.isContentEditable;
  if (event.key === '/' && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
    event.preventDefault();
    tiaowen.focusBox();
  } else if (event.altKey && (event.key === 'ArrowDown' || event.key === 'ArrowUp')) {
    event.preventDefault();
    tiaowen.step(event.key === 'ArrowDown' ? 1 : -1);
  } else if (event.key === 'Escape') {
    const card = find('#head .card');
    if (!card.hidden) { tiaowen.card(null); return; }
    for (const menu of menus()) {
      if (menu.open) { menu.open = false; menu.querySelector('summary').focus(); return; }
    }
    if (tiaowen.busy()) { find('#stop').click(); return; }
    if (tiaowen.closeSheet()) return;
    if (find('#source').contains(document.activeElement)) tiaowen.backToMark();
  }
});
element.addEventListener('click', (event) => {
  if (event.target.closest('[data-jump]')) { event.preventDefault(); tiaowen.focusBox(); }
});
const menus = () => document.querySelectorAll('#head .menu');
document.addEventListener('click', (event) => {
  for (const menu of menus()) {
    // a row that was just deleted is no longer inside
    if (menu.open && !menu.contains(event.target) && event.target.isConnected) menu.open = false;
  }
});
const live = () => {
  const status = find('#status');
  if (status) { status.setAttribute('role', 'status'); status.setAttribute('aria-live', 'polite'); }
  const log = find('#log');
  if (log) {
    log.setAttribute('role', 'log');
    log.setAttribute('aria-live', 'off');
    log.setAttribute('aria-label', '对话');
    log.setAttribute('tabindex', '0');
  }
  const pane = find('#source');
  if (pane) { pane.setAttribute('role', 'region'); pane.setAttribute('aria-label', '依据原文'); }
  if (!(status && log && pane)) setTimeout(live, 50);
};
live();
