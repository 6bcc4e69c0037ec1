// The checked draft: from a verdict to its finding and back, corrections, filters, downloads.
const box = () => document.querySelector('#check');
const area = () => document.querySelector('#draft-text');
// by kind and number; a long draft has thousands
const found = {claim: new Map(), finding: new Map()};
const index = () => {
  for (const name of Object.keys(found)) {
    found[name] = new Map([...element.querySelectorAll('.' + name)].map((each) => [each.dataset.n, each]));
  }
};
const one = (name, n) => found[name].get(String(n)) || null;

// The draft as it stands now: everything but the flags.
const text = () => {
  const copy = element.querySelector('.text').cloneNode(true);
  for (const flag of copy.querySelectorAll('.flag')) flag.remove();
  return copy.textContent;
};
// The corrections that were taken, by their places in the draft as it came; offsets count characters, not halves.
const taken = () => [...element.querySelectorAll('.claim.fixed')].map((claim) => {
  const button = one('finding', claim.dataset.n).querySelector('[data-do="fix"]');
  return {start: Number(claim.dataset.start), end: Number(claim.dataset.end), words: button.dataset.words};
});
const within = (target, scroller) => {
  const top = target.getBoundingClientRect().top - scroller.getBoundingClientRect().top + scroller.scrollTop;
  scroller.scrollTop = Math.max(0, top - 60);
};
const go = (target, scroller) => {
  if (!target) return;
  for (const on of element.querySelectorAll('.on')) on.classList.remove('on');
  const n = target.dataset.n;
  for (const name of ['claim', 'finding']) { const each = one(name, n); if (each) each.classList.add('on'); }
  within(target, matchMedia('(max-width: 760px)').matches ? element.closest('#verdicts') : scroller);
  (target.querySelector('button.flag') || target).focus({preventScroll: true});
};
const fix = (button) => {
  const claim = one('claim', button.dataset.n);
  if (!claim) return;
  const words = claim.querySelector('.words');
  const undone = button.dataset.before !== undefined;
  const flags = [claim.querySelector('.flag'), one('finding', button.dataset.n).querySelector('.flag')];
  if (undone) {
    words.textContent = button.dataset.before;
    for (const flag of flags) flag.textContent = button.dataset.flag;
    delete button.dataset.before;
    button.textContent = '改成原文';
  } else {
    button.dataset.before = words.textContent;
    button.dataset.flag = flags[0].textContent;
    words.textContent = button.dataset.words;
    for (const flag of flags) flag.textContent = '✓ 已改';
    button.textContent = '撤销改动';
  }
  claim.classList.toggle('fixed', !undone);
  one('finding', button.dataset.n).classList.toggle('fixed', !undone);
};
// The head says what was changed and what is left to change.
const count = () => {
  const done = taken().length;
  const left = element.querySelectorAll('[data-do="fix"]:not([data-before])').length;
  element.querySelector('.changed').textContent = done ? `；已改 ${done} 处` : '';
  const all = element.querySelector('[data-do="fix-all"]');
  if (all) { all.hidden = left === 0; all.textContent = `全部改成原文（${left} 处）`; }
};
const only = (verdict) => {
  for (const chip of element.querySelectorAll('.filters button')) {
    chip.setAttribute('aria-pressed', String(chip.dataset.only === verdict));
  }
  for (const finding of element.querySelectorAll('.finding')) {
    finding.hidden = Boolean(verdict) && finding.dataset.verdict !== verdict;
  }
};
const stem = () => (tiaowen.draft.name || '草稿').replace(/\.[^.]*$/, '');

element.addEventListener('click', (event) => {
  const button = event.target.closest('button');
  if (!button) return;
  const {n, only: verdict} = button.dataset;
  if (button.dataset.full) { trigger('full', {document: button.dataset.document, clause: button.dataset.clauseId}); return; }
  if (verdict !== undefined) { only(verdict); return; }
  switch (button.dataset.do) {
    case 'fix': fix(button); count(); return;
    case 'fix-all':
      for (const each of element.querySelectorAll('[data-do="fix"]')) if (each.dataset.before === undefined) fix(each);
      count();
      return;
    case 'edit':
      if (taken().length) tiaowen.draft.file = null;  // the text is no longer the file's
      area().value = text(); box().classList.remove('done'); area().focus(); return;
    case 'again': tiaowen.draft.again(text(), taken()); return;
    case 'corrected': tiaowen.draft.corrected(stem(), text(), taken()); return;
    case 'report': tiaowen.draft.report(stem(), text(), taken()); return;
  }
  if (n && button.classList.contains('flag')) {
    const finding = one('finding', n);
    if (finding && finding.hidden) only('');
    go(finding, element.querySelector('.findings'));
  } else if (n) go(one('claim', n), element.querySelector('.text'));
});
watch('value', () => requestAnimationFrame(() => {
  const shown = element.querySelector('[data-run]');
  if (!shown) return;
  index();
  tiaowen.draft.busy('');
  const isError = shown.classList.contains('error');
  if (isError) { tiaowen.draft.failed(shown.textContent); return; }
  box().classList.add('done');
  element.querySelector('.sum').focus({preventScroll: true});
}));
