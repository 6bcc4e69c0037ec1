// Opens a clause in the library.
element.addEventListener('click', (event) => {
  const full = event.target.closest('[data-full]');
  if (full) trigger('full', {document: full.dataset.document, clause: full.dataset.clauseId});
});
