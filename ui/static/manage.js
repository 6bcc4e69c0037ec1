// Managing the library: files go from the browser straight to the service with the administrator's key.
const KEY = 'tiaowen.admin';  // in this browser tab only
const MOST_BYTES = 20 * 1024 * 1024;
const FORMATS = /\.(txt|md|html?|docx|pdf)$/i;
const part = (selector) => element.querySelector(selector);
const make = (tag, text = '', kind = '') => {
  const made = document.createElement(tag);
  made.textContent = text;
  if (kind) made.className = kind;
  return made;
};
const button = (words, act) => {
  const made = make('button', words);
  made.type = 'button';
  made.addEventListener('click', act);
  return made;
};

const manage = tiaowen.manage = {
  key() {
    const given = part('[name=key]').value.trim();
    if (!given) {
      part('.manage').open = true;
      part('[name=key]').focus();
      tiaowen.say('请先填管理员密钥。');
    }
    return given;
  },
  // One request with the key; resolves to the answer, or throws an error with `status`, `code` and `details`.
  send(method, path, body, onProgress) {
    return new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      request.open(method, path);
      request.setRequestHeader('Authorization', `Bearer ${part('[name=key]').value.trim()}`);
      if (onProgress) request.upload.addEventListener('progress', (event) => onProgress(event.loaded, event.total));
      request.addEventListener('load', () => {
        let reply = null;
        try { reply = JSON.parse(request.responseText); } catch (e) { /* 204 has none */ }
        if (request.status < 300) { resolve(reply); return; }
        const refused = (reply && reply.error) || {};
        const words = refused.message || `没有成功（${request.status}），请过一会儿再试`;
        const failed = new Error(words.replace(/。?$/, '。'));
        Object.assign(failed, {status: request.status, code: refused.code, details: refused.details || []});
        if (request.status === 401) manage.forget();
        reject(failed);
      });
      request.addEventListener('error', () => reject(new Error('连不上服务，或传到一半断了。请过一会儿再试。')));
      try { request.send(body); } catch (e) { reject(e); }
    });
  },
  forget() {
    try { sessionStorage.removeItem(KEY); } catch (e) { /* not kept then */ }
    part('.manage').open = true;
    part('[name=key]').select();
  },
  async uploadAll(files, documentId = '') {
    if (!manage.key()) return;
    part('.manage').open = true;
    for (const file of files) await manage.upload(file, documentId);
  },
  async upload(file, documentId) {
    const line = make('li');
    const name = make('b', file.name);
    const bar = make('progress');
    const words = make('span', '', 'words');
    bar.max = 1;
    bar.value = 0;
    bar.setAttribute('aria-label', `${file.name} 的上传进度`);
    line.append(name, bar, words);
    for (const old of part('.uploads').querySelectorAll('li.failed')) if (old.firstChild.textContent === file.name) old.remove();
    part('.uploads').prepend(line);
    const said = (text, kind) => { words.textContent = text; line.className = kind; part('[role=status]').textContent = `${file.name}：${text}`; };
    const fail = (text) => { bar.remove(); said(text, 'failed'); };
    if (!FORMATS.test(file.name)) { fail('只能上传 txt、md、html、docx、pdf。'); return; }
    if (file.size > MOST_BYTES) { fail('文件超过 20 MB，请拆分后再传。'); return; }
    const body = new FormData();
    body.append('file', file);
    const path = documentId ? `/v1/documents/${encodeURIComponent(documentId)}` : '/v1/documents';
    said('正在上传……', 'busy');
    try {
      const stored = await manage.send(documentId ? 'PUT' : 'POST', path, body, (loaded, total) => {
        if (loaded < total) { bar.value = loaded / total; return; }
        bar.removeAttribute('value');
        said('传好了，正在读取和拆分……', 'busy');
      });
      try { sessionStorage.setItem(KEY, part('[name=key]').value.trim()); } catch (e) { /* not kept then */ }
      bar.remove();
      manage.stored(line, said, stored);
    } catch (error) {
      fail(error.message);
      const known = error.code === 'document_exists' && error.details.find((one) => one.field === 'document_id');
      if (known) {
        line.append(
          button('作为新版本更新', () => { line.remove(); manage.uploadAll([file], known.message); }),
          button('打开库里的那份', () => manage.open(known.message)),
        );
      } else if (!error.status || error.status === 401 || error.status === 429 || error.status >= 500) {
        line.append(button('再传一次', () => manage.uploadAll([file], documentId)));
      }
    }
  },
  stored(line, said, stored) {
    const done = {added: '已入库', updated: '已更新', unchanged: '内容没有变化'}[stored.outcome];
    const odd = stored.oddity_count ? `，有 ${stored.oddity_count} 处请您看一眼` : '';
    said(`${done}：《${stored.title}》，拆成 ${stored.clause_count} 条${odd}。`, 'done');
    const report = make('details', '', 'how');
    report.append(make('summary', '拆分报告'), make('div', stored.report.summary, 'words'));
    line.dataset.document = stored.id;
    line.append(button('打开全文', () => manage.open(stored.id)), report);
    trigger('changed', {});
  },
  // The text gets the room.
  open(documentId) {
    part('.manage').open = false;
    trigger('full', {document: documentId});
  },
  replace(documentId) {
    if (!manage.key()) return;
    manage.target = documentId;
    part('[type=file]').click();
  },
  async renew(chosen) {
    if (!manage.key()) return;
    chosen.disabled = true;
    tiaowen.say('正在重新拆分……');
    try {
      const stored = await manage.send('POST', `/v1/documents/${encodeURIComponent(chosen.dataset.id)}/renew`);
      tiaowen.say(`已重新拆分：${stored.clause_count} 条。`);
      trigger('full', {document: stored.id});
    } catch (error) { tiaowen.say(error.message); }
    chosen.disabled = false;
  },
  remove(documentId, title) {
    if (!manage.key()) return;
    const ask = part('dialog');
    ask.querySelector('h2').textContent = `删除《${title}》？`;
    ask.querySelector('p').textContent = '删后问答、核查和任务表里都不再有它。要恢复，再上传一次就行。';
    manage.target = documentId;
    ask.showModal();
    ask.querySelector('[data-do=no]').focus();
  },
  async removeNow() {
    const ask = part('dialog');
    ask.close();
    try {
      await manage.send('DELETE', `/v1/documents/${encodeURIComponent(manage.target)}`);
      tiaowen.say('已删除。');
      for (const line of element.querySelectorAll('.uploads li')) {
        if (line.dataset.document === manage.target) line.remove();
      }
      trigger('changed', {});
    } catch (error) { tiaowen.say(error.message); }
    manage.target = '';
  },
};
try { part('[name=key]').value = sessionStorage.getItem(KEY) || ''; } catch (e) { /* not kept then */ }
element.addEventListener('click', (event) => {
  const what = event.target.closest('[data-do]');
  if (!what) return;
  if (what.dataset.do === 'choose' && manage.key()) { manage.target = ''; part('[type=file]').click(); }
  if (what.dataset.do === 'yes') manage.removeNow();
  if (what.dataset.do === 'no') part('dialog').close();
});
part('[type=file]').addEventListener('change', (event) => {
  const files = [...event.target.files];
  event.target.value = '';
  manage.uploadAll(manage.target ? files.slice(0, 1) : files, manage.target);
});
element.addEventListener('dragover', (event) => event.preventDefault());
element.addEventListener('drop', (event) => {
  if (!event.dataTransfer.files.length) return;
  event.preventDefault();
  manage.uploadAll([...event.dataTransfer.files]);
});
