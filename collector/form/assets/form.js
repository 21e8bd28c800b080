// koe form: keeps what is typed on this device until the server has it, sends again until it is answered,
// and counts characters. Every page works without it.
(() => {
  'use strict';
  const one = (s, root = document) => root.querySelector(s), all = (s, root = document) => [...root.querySelectorAll(s)];
  let form, busy = false, timer = 0, saves = 0;

  const shelf = k => 'koe:' + k;
  const keep = (k, v) => { try { v ? localStorage.setItem(shelf(k), JSON.stringify(v)) : localStorage.removeItem(shelf(k)); } catch { /* no storage: the server draft is enough */ } };
  const kept = k => { try { const v = JSON.parse(localStorage.getItem(shelf(k))); return v && Date.now() - v.t < 14 * 864e5 ? v : (keep(k), null); } catch { return null; } };

  const fields = () => all('input[name],textarea[name]', form).filter(e => /^([adn]\.|publish$)/.test(e.name));
  const values = () => fields().filter(e => !/radio|checkbox/.test(e.type) || e.checked).map(e => [e.name, e.value]);
  const restore = saved => {
    for (const e of fields()) {
      const mine = saved.filter(p => p[0] === e.name).map(p => p[1]);
      if (/radio|checkbox/.test(e.type)) e.checked = mine.includes(e.value); else e.value = mine[0] ?? '';
    }
  };
  const remember = () => {
    if (!form.dataset.key) return;
    keep(form.dataset.key, { t: Date.now(), at: form.dataset.at, state: form.elements.state.value, fields: values() });
  };
  const finish = link => { try { Object.keys(localStorage).filter(k => k.startsWith(shelf(link))).forEach(k => localStorage.removeItem(k)); } catch { /* no storage */ } };
  const forget = () => { if (form && form.dataset.key) keep(form.dataset.key); };
  const status = text => { const s = one('[data-status]'); if (s) s.textContent = text; };

  const count = t => {
    const c = t.parentElement.querySelector('[data-count]');
    if (!c || t.name[0] !== 'a') return;
    const n = [...t.value.replace(/\r\n?/g, '\n')].length, max = +t.dataset.max;
    c.textContent = t.dataset.words.replace('{n}', n).replace('{max}', max);
    c.classList.toggle('over', n > max);
    if (n > max * .9) c.setAttribute('aria-live', 'polite'); else c.removeAttribute('aria-live');
  };

  const body = by => {
    const data = new FormData(form);
    if (by && by.name) data.set(by.name, by.value);
    return new URLSearchParams(data);
  };

  const autosave = async () => {
    if (busy || !form || form.dataset.keep !== 'server') return;
    const mine = ++saves, data = body();
    data.set('do', 'save');
    try {
      const r = await fetch(form.action, { method: 'POST', body: data, headers: { Accept: 'application/json' }, keepalive: data.toString().length < 6e4 });
      if (r.status === 204 && mine === saves && !busy) { forget(); status(document.body.dataset.saved); }
    } catch { /* stays on this device; the next save or the next page carries it */ }
  };

  const edited = e => {
    if (!form || !form.contains(e.target)) return;
    const t = e.target;
    if (t.tagName === 'TEXTAREA') count(t);
    const q = t.closest('.q');
    if (q && t.name && t.type !== 'radio') {
      const off = t.name[0] === 'd';
      if (off && t.checked) all('input[type=checkbox][name^="a."]', q).forEach(c => c.checked = false);
      if (!off && (t.checked || t.value && t.type !== 'checkbox')) all('input[name^="d."]', q).forEach(c => c.checked = false);
    }
    saves++; // what an earlier save carried is not the latest any more
    remember();
    status('');
    clearTimeout(timer);
    timer = setTimeout(autosave, 1500);
  };

  const wait = ms => new Promise(go => {
    const box = document.createElement('div');
    box.className = 'card warn offline'; box.setAttribute('role', 'alert');
    const p = document.createElement('p'), b = document.createElement('button');
    p.textContent = document.body.dataset.offline; b.textContent = document.body.dataset.retry; b.className = 'button quiet'; b.type = 'button';
    box.append(p, b);
    const old = one('.offline'); if (old) old.replaceWith(box); else form.append(box);
    const done = () => { clearTimeout(t); removeEventListener('online', done); go(); };
    const t = setTimeout(done, ms); b.onclick = done; addEventListener('online', done);
  });

  const show = (res, html) => {
    const page = new DOMParser().parseFromString(html, 'text/html');
    forget();
    if (res.url !== location.href.split('#')[0]) history.pushState(null, '', res.url);
    document.title = page.title;
    document.documentElement.lang = page.documentElement.lang;
    document.documentElement.dir = page.documentElement.dir;
    document.body.replaceWith(page.body);
    scrollTo(0, 0);
    init(true);
  };

  const submit = async e => {
    if (e.target !== form) return;
    e.preventDefault();
    if (busy) return;
    busy = true; clearTimeout(timer);
    remember();
    const by = e.submitter, data = body(by), label = by && by.textContent;
    if (by && by.classList.contains('button')) { by.setAttribute('aria-disabled', 'true'); by.textContent = document.body.dataset.sending; }
    for (let pause = 1000; ; pause = Math.min(pause * 2, 20000)) {
      try {
        const stop = new AbortController(), t = setTimeout(() => stop.abort(), 30000);
        const res = await fetch(form.action, { method: 'POST', body: data, signal: stop.signal, headers: { Accept: 'text/html' } });
        const html = await res.text();
        clearTimeout(t);
        if (res.status < 500 && res.status !== 429) { busy = false; show(res, html); return; }
      } catch { /* the connection; once more below */ }
      if (by && label) { by.textContent = label; }
      await wait(pause);
    }
  };

  const init = turned => {
    form = one('#f');
    const end = one('[data-finished]');
    if (end && end.dataset.finished) finish(end.dataset.finished.split('.')[0]);
    const again = one('#resume');
    if (again) {
      const v = kept(again.dataset.key);
      if (v && v.state) { again.elements.state.value = v.state; again.elements.at.value = v.at; again.hidden = false; again.className = 'card good'; }
    }
    if (form) {
      const v = form.dataset.key && kept(form.dataset.key);
      if (v && v.at === form.dataset.at && v.fields && !one('.bad')) restore(v.fields);
      if (form.dataset.keep === 'page') remember();
      all('textarea', form).forEach(count);
    }
    const at = one('[data-focus]');
    if (at && (turned || at.matches('.bad, .good')) && !location.hash) at.focus({ preventScroll: turned !== true });
  };

  document.addEventListener('input', edited);
  document.addEventListener('submit', submit);
  addEventListener('popstate', () => location.reload());
  addEventListener('pageshow', e => { if (e.persisted) location.reload(); });
  addEventListener('beforeunload', e => { if (busy) e.preventDefault(); });
  addEventListener('visibilitychange', () => { if (document.visibilityState === 'hidden' && form && form.dataset.key && kept(form.dataset.key)) autosave(); });
  init(false);
})();
