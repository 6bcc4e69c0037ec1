// The conversation as a Word file, made by the service.
Object.assign(tiaowen, {
  async exportWord(saved) {
    let turns = [];
    try { turns = JSON.parse(saved).turns; } catch (e) { /* nothing yet */ }
    turns = turns.filter((turn) => turn.answer).map((turn) => ({question: turn.question, answer: turn.answer}));
    if (!turns.length) { tiaowen.say('还没有可以导出的回答。'); return; }
    try {
      const reply = await tiaowen.post('/v1/exports/conversation', {turns});
      const named = /filename\*=UTF-8''([^;]+)/i.exec(reply.headers.get('Content-Disposition') || '');
      tiaowen.download(await reply.blob(), named ? decodeURIComponent(named[1]) : '条文问答.docx');
    } catch (e) { tiaowen.say(e.message); }
  },
});
