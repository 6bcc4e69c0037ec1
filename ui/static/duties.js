// The filters: what they say is what the table shows; the matrix and the table's pages set them too.
tiaowen.duties = {
  wanted: null,  // what the filters say
  asked: null,   // what is being looked for; meanwhile Gradio would drop another search

  form: () => element.querySelector('form'),
  find(offset = 0) {
    const form = tiaowen.duties.form();
    if (!form) return;
    clearTimeout(tiaowen.duties.typing);
    const {unit, document_id, role, q} = Object.fromEntries(new FormData(form));
    tiaowen.duties.wanted = {unit, document_id, role, q: q.trim(), offset};
    if (!tiaowen.duties.asked) tiaowen.duties.ask();
  },
  ask() {
    tiaowen.duties.asked = tiaowen.duties.wanted;
    trigger('find', tiaowen.duties.asked);
  },
  // A search is over, well or not: the next one, if the filters say something else by now.
  found() {
    const {asked, wanted} = tiaowen.duties;
    tiaowen.duties.asked = null;
    if (asked !== wanted) tiaowen.duties.ask();
  },
  choose(unit, documentId) {
    const form = tiaowen.duties.form();
    form.reset();
    form.elements.unit.value = unit;
    form.elements.document_id.value = documentId;
    tiaowen.duties.find();
    const tasks = document.querySelector('#tasks');
    if (matchMedia('(max-width: 760px)').matches) {
      const column = document.querySelector('#duties');
      column.scrollTop = tasks.getBoundingClientRect().top - column.getBoundingClientRect().top + column.scrollTop - 8;
    }
  },
};
element.addEventListener('submit', (event) => { event.preventDefault(); tiaowen.duties.find(); });
element.addEventListener('reset', () => requestAnimationFrame(() => tiaowen.duties.find()));
element.addEventListener('change', (event) => { if (event.target.name !== 'q') tiaowen.duties.find(); });
element.addEventListener('input', (event) => {
  if (event.target.name !== 'q' || event.isComposing) return;
  clearTimeout(tiaowen.duties.typing);
  tiaowen.duties.typing = setTimeout(() => tiaowen.duties.find(), 300);
});
element.addEventListener('compositionend', () => tiaowen.duties.find());
