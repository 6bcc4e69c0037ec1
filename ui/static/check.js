// The draft: pasted, dropped or uploaded. A file goes straight to the service, and its report to be shown.
const area = element.querySelector('textarea');
const file = element.querySelector('input[type="file"]');
const wait = element.querySelector('.wait');
const MOST_BYTES = 20 * 1024 * 1024;

const draft = tiaowen.draft = {
  file: null,   // the Word file that the text came from, as long as the text is its text
  name: '',
  run: 0,       // counts the checks, so that a late result is known
  busy(words) {
    wait.textContent = words;
    document.querySelector('#check').classList.toggle('busy', Boolean(words));
  },
  failed(words) { draft.busy(''); wait.textContent = words; wait.classList.add('error'); },
  begin(words) { wait.classList.remove('error'); draft.busy(words); draft.run += 1; return String(draft.run); },
  check(text) {
    if (!text.trim()) { draft.failed('草稿是空的。请先粘贴文字或上传文件。'); area.focus(); return; }
    trigger('check', {text, run: draft.begin('正在与原文逐字核对……'), name: draft.name});
  },
  async upload(chosen) {
    if (!/\.(txt|md|docx)$/i.test(chosen.name)) { draft.failed('只能上传 txt、md 或 docx。PDF 请先另存为 Word。'); return; }
    if (chosen.size > MOST_BYTES) { draft.failed('文件超过 20 MB，请拆分后再传。'); return; }
    const run = draft.begin(`正在核对《${chosen.name}》……`);
    const body = new FormData();
    body.append('file', chosen);
    try {
      const report = await (await tiaowen.api('/v1/citations/check/file', {method: 'POST', body})).json();
      if (run !== String(draft.run)) return;
      area.value = report.text;
      draft.name = chosen.name;
      draft.file = chosen;
      trigger('uploaded', {report, run, name: chosen.name});
    } catch (e) { draft.failed(e.message); }
  },
};
area.addEventListener('input', () => { draft.file = null; draft.name = ''; });
element.addEventListener('click', (event) => {
  const button = event.target.closest('[data-do]');
  if (!button) return;
  if (button.dataset.do === 'check') draft.check(area.value);
  if (button.dataset.do === 'upload') file.click();
});
file.addEventListener('change', () => {
  if (file.files.length) draft.upload(file.files[0]);
  file.value = '';
});
element.addEventListener('dragover', (event) => event.preventDefault());
element.addEventListener('drop', (event) => {
  if (!event.dataTransfer.files.length) return;
  event.preventDefault();
  draft.upload(event.dataTransfer.files[0]);
});

// Downloads: the report as the service writes it, and the draft with the corrections that were taken.
Object.assign(draft, {
  // A Word draft stays a Word draft: the service puts the corrections into the file that was uploaded.
  isWord: () => Boolean(draft.file) && /\.docx$/i.test(draft.file.name),
  async inWord(corrections) {
    const body = new FormData();
    body.append('file', draft.file);
    body.append('corrections', JSON.stringify({corrections}));
    const reply = await tiaowen.api('/v1/citations/corrected', {method: 'POST', body});
    const left = Number(reply.headers.get('X-Not-Corrected'));
    if (left) tiaowen.say(`有 ${left} 处没能改进 Word 里（跨段或有图片），请手工改。`);
    return reply.blob();
  },
  // The report of the draft as it stands now; a Word draft's has its findings as comments.
  async report(stem, text, corrections) {
    try {
      const word = draft.isWord();
      const content = !word ? text : corrections.length ? await draft.inWord(corrections) : draft.file;
      const body = new FormData();
      body.append('file', new File([content], stem + (word ? '.docx' : '.txt')));
      body.append('format', word ? 'docx' : 'html');
      const reply = await tiaowen.api('/v1/citations/report', {method: 'POST', body});
      tiaowen.download(await reply.blob(), `${stem}（核查报告）.${word ? 'docx' : 'html'}`);
    } catch (e) { tiaowen.say(e.message); }
  },
  async corrected(stem, text, corrections) {
    try {
      if (draft.isWord()) tiaowen.download(await draft.inWord(corrections), stem + '（改正稿）.docx');
      else tiaowen.download(new Blob([text], {type: 'text/plain;charset=utf-8'}), stem + '（改正稿）.txt');
    } catch (e) { tiaowen.say(e.message); }
  },
  async again(text, corrections) {
    if (draft.isWord()) {
      try { draft.upload(new File([await draft.inWord(corrections)], draft.file.name)); } catch (e) { tiaowen.say(e.message); }
      return;
    }
    area.value = text;
    draft.check(text);
  },
});
