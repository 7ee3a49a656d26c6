// The desk's keyboard, uploads and progress. Pages work without it, but for adding files.
"use strict";
(() => {
  const one = (sel, from) => (from || document).querySelector(sel);
  const all = (sel, from) => [...(from || document).querySelectorAll(sel)];
  const csrf = () => one('meta[name=csrf]')?.content || "";
  const say = (text) => { const s = one("#say"); s.textContent = text; clearTimeout(say.timer); say.timer = setTimeout(() => { s.textContent = ""; }, 4000); };

  // Forms: ask before what cannot be undone; send once.
  document.addEventListener("submit", (e) => {
    const asks = e.submitter?.dataset.confirm;
    if (asks && !confirm(asks)) { e.preventDefault(); return; }
    if (e.target.method === "post" && !e.target.hasAttribute("hx-post")) {
      if (e.target.dataset.sent) { e.preventDefault(); return; }
      e.target.dataset.sent = "1";
    }
  });
  window.addEventListener("pageshow", () => all("form[data-sent]").forEach((f) => delete f.dataset.sent));
  document.addEventListener("change", (e) => {
    const t = e.target;
    if (t.matches("[data-submit]")) t.form.requestSubmit();
    if (t.matches("[data-all]")) all('tbody input[type=checkbox]', t.closest("table")).forEach((c) => { c.checked = t.checked; });
    if (t.matches("[data-files]")) { upload([...t.files].map((f) => ({ file: f, path: f.webkitRelativePath || f.name }))); t.value = ""; }
    if (t.matches("[data-read-into]") && t.files[0]) t.files[0].text().then((x) => { one(`[name=${t.dataset.readInto}]`).value = x; });
    if (t.matches("[data-fills]") && t.files[0]) t.files[0].text().then((x) => { one(`#${t.dataset.fills}`).value = x; t.value = ""; });
    if (t.matches("[data-only-changed]")) one("#document").classList.toggle("only-changed", t.checked);
    if (t.matches("[data-technical]")) one("#document").classList.toggle("show-technical", t.checked);
  });
  document.addEventListener("click", (e) => {
    if (e.target.closest("[data-help]")) one("#help").showModal();
    if (e.target.closest("[data-all-met]")) all("#checklist select").forEach((s) => { if (s.value === "open") s.value = "met"; });
  });

  // Uploads: files, folders, zips, dropped anywhere; one request each, three at a time.
  const drop = one("[data-drop], [data-hold]");
  const walk = async (entry, base) => {
    const path = base ? `${base}/${entry.name}` : entry.name;
    if (entry.isFile) return [{ file: await new Promise((ok, no) => entry.file(ok, no)), path }];
    const reader = entry.createReader();
    const out = [];
    for (;;) {
      const some = await new Promise((ok, no) => reader.readEntries(ok, no));
      if (!some.length) return out;
      for (const x of some) out.push(...await walk(x, path));
    }
  };
  // On the page of a new request they wait until the request is entered.
  const held = [];
  const listed = (x, words) => {
    const li = document.createElement("li");
    li.textContent = `${x.path} ${words}`;
    one(".uploads", drop).append(li);
    return { ...x, li };
  };
  const upload = async (list, to = drop?.dataset.drop, after = () => location.reload()) => {
    if (!drop || !list.length) return;
    if (!to) { held.push(...list.map((x) => listed(x, "waits for the request"))); return; }
    let failed = 0;
    const queue = list.map((x) => (x.li ? x : listed(x, "…")));
    const send = async () => {
      for (let x = queue.shift(); x; x = queue.shift()) {
        try {
          const r = await fetch(`${to}?path=${encodeURIComponent(x.path)}`, { method: "POST", headers: { "x-csrf": csrf(), "content-type": "application/octet-stream" }, body: x.file });
          if (!r.ok) throw new Error(new DOMParser().parseFromString(await r.text(), "text/html").querySelector("main p")?.textContent || r.statusText);
          x.li.textContent = `${x.path} ✓`;
        } catch (err) { failed += 1; x.li.className = "failed"; x.li.textContent = `${x.path}: ${err.message}`; }
      }
    };
    await Promise.all([send(), send(), send()]);
    if (!failed) after();
  };
  document.addEventListener("submit", async (e) => {
    const form = e.target;
    if (!form.matches("form.intake") || !held.length || e.defaultPrevented) return;
    e.preventDefault();
    try {
      const r = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)) });
      const made = new URL(r.url).pathname;
      if (!r.ok || !/^\/cases\/[0-9a-f]+$/.test(made)) {
        const page = new DOMParser().parseFromString(await r.text(), "text/html");
        throw new Error(page.querySelector("[role=alert], main p")?.textContent || r.statusText);
      }
      await upload(held.splice(0), `${made}/files`, () => { location.href = made; });
      // Where one was refused, the words beside it say why, and the case is there all the same.
      if (one(".uploads .failed")) { const a = document.createElement("a"); a.href = made; a.textContent = "Go on to the case"; one(".uploads").append(a); }
    } catch (err) {
      delete form.dataset.sent;
      say(err.message);
    }
  });
  if (drop) {
    let depth = 0;
    window.addEventListener("dragenter", (e) => { e.preventDefault(); depth += 1; document.body.classList.add("dropping"); });
    window.addEventListener("dragleave", () => { depth -= 1; if (depth <= 0) document.body.classList.remove("dropping"); });
    window.addEventListener("dragover", (e) => e.preventDefault());
    window.addEventListener("drop", async (e) => {
      e.preventDefault();
      depth = 0;
      document.body.classList.remove("dropping");
      const entries = [...e.dataTransfer.items].map((i) => i.webkitGetAsEntry?.()).filter(Boolean);
      const files = [...e.dataTransfer.files];
      const list = entries.length ? (await Promise.all(entries.map((x) => walk(x, "")))).flat() : files.map((f) => ({ file: f, path: f.name }));
      upload(list);
    });
  }

  // Progress: the server knows how far it is, so that a page loaded again goes on where it was.
  const progress = one("#progress");
  if (progress && !progress.hidden) {
    const source = new EventSource(progress.dataset.events);
    const words = { open: "Opening the export", survey: "Reading: who is who", redact: "Redacting", verify: "Checking the output", store: "Storing", pack: "Packing" };
    const show = (e) => {
      const d = JSON.parse(e.data);
      one("[data-stage]", progress).textContent = d.state === "queued" ? "Waiting for a worker" : words[d.stage] || "Starting";
      const bar = one("progress", progress);
      if (d.total > 0) { bar.max = d.total; bar.value = Math.min(d.done, d.total); } else bar.removeAttribute("value");
    };
    source.addEventListener("progress", show);
    source.addEventListener("end", () => { source.close(); location.reload(); });
  }

  // Rows of the queue.
  const rows = () => all("[data-rows] tbody tr");
  const choose = (step) => {
    const list = rows();
    if (!list.length) return;
    const at = Math.max(list.findIndex((r) => r.classList.contains("chosen")), step > 0 ? -1 : 0);
    const next = list[Math.max(0, Math.min(list.length - 1, at + step))];
    list.forEach((r) => r.classList.remove("chosen"));
    next.classList.add("chosen");
    one("[data-open]", next)?.focus();
    next.scrollIntoView({ block: "nearest" });
  };

  // The place of an item in its document.
  document.addEventListener("htmx:after:swap", () => {
    one("#here")?.scrollIntoView({ block: "center" });
    window.scrollTo({ top: 0 });
    opened();
  });

  // Selected text goes to the field for words.
  const selected = () => String(getSelection()).replace(/\s+/g, " ").trim();
  const chosenOnPage = (page, field, from, to) => {
    for (const [name, v] of [["page", page], ["field", field], ["from", from], ["to", to]]) { const x = one(`[data-sel-${name}]`); if (x) x.value = v; }
  };
  const floats = (on) => one("[data-words]")?.classList.toggle("floating", on);
  document.addEventListener("selectionchange", () => {
    const field = one("[data-word]");
    if (!field || document.activeElement === field || !one("#document")?.contains(getSelection().anchorNode) || selected().length < 2) return;
    // On pages the text layer says itself what is selected.
    if (getSelection().anchorNode.parentElement?.closest(".layer")) return;
    field.value = selected().slice(0, 200);
    chosenOnPage(0, 0, 0, 0);
    floats(true);
    // What stands around it in the same piece of text tells this place from others.
    const range = getSelection().getRangeAt(0);
    const inside = range.startContainer === range.endContainer && range.startContainer.nodeType === Node.TEXT_NODE;
    const text = inside ? range.startContainer.data : "";
    one("[data-before]").value = text.slice(Math.max(0, range.startOffset - 60), range.startOffset);
    one("[data-after]").value = inside ? text.slice(range.endOffset, range.endOffset + 60) : "";
  });

  // Another role: the button takes the role chosen beside it.
  document.addEventListener("click", (e) => {
    const b = e.target.closest("[data-relabel]");
    if (!b) return;
    const role = one("[data-role]", b.form).value;
    if (!role) { e.preventDefault(); say("Choose a role."); return; }
    b.value = role;
  });

  // A box on a page: by mouse on the original, or by keyboard.
  let box = null;
  const place = (sheet, l, t, r, b) => {
    const form = one("[data-draw]");
    if (!form) return;
    if (!box || box.sheet !== sheet) { box?.el.remove(); box = { sheet, el: document.createElement("div") }; box.el.className = "drawn"; sheet.append(box.el); }
    Object.assign(box, { l, t, r, b });
    form.closest("details").open = true;
    // The page forbids style attributes in its text; the object model may set them.
    Object.assign(box.el.style, { left: `${l * 100}%`, top: `${t * 100}%`, width: `${(r - l) * 100}%`, height: `${(b - t) * 100}%` });
    for (const [name, v] of [["left", l], ["top", t], ["right", r], ["bottom", b]]) one(`[name=${name}]`, form).value = v.toFixed(4);
    one("[name=page]", form).value = sheet.dataset.sheet;
    one("[data-draw-go]", form).disabled = !(r - l > 0.002 && b - t > 0.002);
  };
  document.addEventListener("pointerdown", (e) => {
    const sheet = e.target.closest?.("[data-sheet]");
    if (!sheet || e.button || (!e.shiftKey && e.target.closest(".layer span"))) return;
    e.preventDefault();
    const area = one("img", sheet).getBoundingClientRect();
    const at = (x) => [Math.min(1, Math.max(0, (x.clientX - area.left) / area.width)), Math.min(1, Math.max(0, (x.clientY - area.top) / area.height))];
    const [x0, y0] = at(e);
    const move = (x) => { const [a, b] = at(x); place(sheet, Math.min(a, x0), Math.min(b, y0), Math.max(a, x0), Math.max(b, y0)); };
    const up = (x) => { move(x); document.removeEventListener("pointermove", move); document.removeEventListener("pointerup", up); };
    document.addEventListener("pointermove", move);
    document.addEventListener("pointerup", up);
  });
  // Pages of PDFs and scans: where one is, how large, which sides, and the text that lies over each picture.
  let zoom = 1;
  const figures = () => all("#document figure.paged");
  const zooms = [0.5, 0.75, 1, 1.25, 1.5, 2, 2.5, 3, 4];
  const sized = () => {
    // The browser chooses the picture by this width and by how fine its screen is.
    for (const img of all("#document .sheet img")) { const w = Math.round(img.parentElement.clientWidth); if (w) img.sizes = `${w}px`; }
    const shown = one("[data-zoom-shown]");
    if (shown) shown.textContent = zoom === 1 ? "Fit width" : `${Math.round(zoom * 100)} %`;
  };
  const atPage = () => {
    const list = figures();
    const here = list.findIndex((f) => f.getBoundingClientRect().bottom > 180);
    return here < 0 ? list.length - 1 : here;
  };
  const toPage = (n) => {
    const list = figures();
    const f = list[Math.max(0, Math.min(list.length - 1, n))];
    if (!f) return;
    f.scrollIntoView({ block: "start" });
    one("[data-page-no]").value = f.dataset.page;
  };
  const zoomed = (step) => {
    const page = atPage();
    const at = zooms.indexOf(zoom);
    zoom = step === 0 ? 1 : zooms[Math.max(0, Math.min(zooms.length - 1, at + step))];
    one("#document").style.setProperty("--zoom", zoom);
    sized();
    toPage(page);
  };
  const sides = (which) => {
    const page = atPage();
    const d = one("#document");
    d.classList.toggle("only-original", which === "original");
    d.classList.toggle("only-redacted", which === "redacted");
    one("[data-sides]").value = which;
    sized();
    toPage(page);
  };
  document.addEventListener("click", (e) => {
    const b = e.target.closest("[data-pagebar] button");
    if (b?.dataset.step) toPage(atPage() + Number(b.dataset.step));
    if (b?.dataset.zoom) zoomed(Number(b.dataset.zoom));
    if (e.target.closest("[data-unselect]")) unselect();
  });
  document.addEventListener("change", (e) => {
    if (e.target.matches("[data-page-no]")) toPage(Number(e.target.value) - 1);
    if (e.target.matches("[data-sides]")) sides(e.target.value);
  });
  addEventListener("scroll", () => { const n = one("[data-page-no]"); if (n && document.activeElement !== n && figures().length) n.value = figures()[atPage()].dataset.page; }, { passive: true });
  addEventListener("resize", sized);
  // Both sides of a page are looked at in the same place.
  document.addEventListener("scroll", (e) => {
    if (!e.target.matches?.(".scroller")) return;
    for (const s of all(".scroller", e.target.closest("figure"))) if (s !== e.target && s.scrollLeft !== e.target.scrollLeft) s.scrollLeft = e.target.scrollLeft;
  }, true);

  const layers = new WeakMap();
  const pen = document.createElement("canvas").getContext("2d");
  pen.font = "100px sans-serif";
  const layer = (sheet) => {
    if (layers.has(sheet)) return layers.get(sheet);
    const head = one("[data-doc]");
    const page = sheet.closest("figure").dataset.page;
    const made = fetch(`${head.dataset.case}/layer?doc=${head.dataset.doc}&part=${encodeURIComponent(head.dataset.part)}&page=${page}&side=${sheet.dataset.side}`).then(async (r) => {
      if (!r.ok) { layers.delete(sheet); return null; }
      const d = await r.json();
      const img = one("img", sheet);
      const tall = img.getAttribute("height") / img.getAttribute("width");
      const el = document.createElement("div");
      el.className = "layer";
      const spans = d.words.map(([field, from, to, l, t, right, b, hit], i) => {
        const s = document.createElement("span");
        const text = d.texts[field].slice(from, to);
        s.textContent = text;
        s.dataset.n = i;
        if (hit) s.className = "hit";
        // In parts of the sheet's width, so that it stays in place at every size.
        const size = ((b - t) / 10000) * tall * 0.82;
        const wide = (right - l) / 10000 / (size * (pen.measureText(text).width / 100 || 1));
        Object.assign(s.style, { left: `${l / 100}%`, top: `${t / 100}%`, height: `${(b - t) / 100}%`, fontSize: `${size * 100}cqw`, transform: `scaleX(${wide})` });
        el.append(s, " ");
        return s;
      });
      sheet.append(el);
      return { ...d, spans, page: Number(page), sheet };
    }).catch(() => { layers.delete(sheet); return null; });
    layers.set(sheet, made);
    return made;
  };
  const unselect = () => { getSelection().removeAllRanges(); chosenOnPage(0, 0, 0, 0); floats(false); const w = one("[data-word]"); if (w) w.value = ""; };
  /// Selects a range of a page's text: words of one text, from and to in its units.
  const selectOn = (d, field, from, to) => {
    const list = d.spans.filter((_, i) => d.words[i][0] === field && d.words[i][1] < to && from < d.words[i][2]);
    if (!list.length) return;
    const [first, last] = [list[0], list[list.length - 1]];
    const clip = (s, at) => Math.max(0, Math.min(s.firstChild.length, at - d.words[s.dataset.n][1]));
    getSelection().setBaseAndExtent(first.firstChild, clip(first, from), last.firstChild, clip(last, to));
    if (d.sheet.dataset.side === "original") chosenOnPage(d.page, field, from, to); else chosenOnPage(0, 0, 0, 0);
    const word = one("[data-word]");
    if (word) { word.value = d.texts[field].slice(from, to).replace(/\s+/g, " ").trim().slice(0, 200); floats(true); }
    return first;
  };
  document.addEventListener("pointerdown", async (e) => {
    const span = e.target.closest?.(".layer span");
    if (!span || e.button || e.shiftKey) return;
    e.preventDefault();
    const sheet = span.closest(".sheet");
    const d = await layer(sheet);
    if (!d) return;
    const first = d.words[span.dataset.n];
    const area = one("img", sheet).getBoundingClientRect();
    const to = (x) => {
      const [px, py] = [((x.clientX - area.left) / area.width) * 10000, ((x.clientY - area.top) / area.height) * 10000];
      const away = (w) => Math.hypot(Math.max(w[3] - px, 0, px - w[5]), 3 * Math.max(w[4] - py, 0, py - w[6]));
      let best = first;
      for (const w of d.words) if (w[0] === first[0] && away(w) < away(best)) best = w;
      selectOn(d, first[0], Math.min(first[1], best[1]), Math.max(first[2], best[2]));
    };
    const move = (x) => to(x);
    const up = (x) => { to(x); document.removeEventListener("pointermove", move); document.removeEventListener("pointerup", up); };
    document.addEventListener("pointermove", move);
    document.addEventListener("pointerup", up);
    to(e);
  });
  const seen = new IntersectionObserver((list) => { for (const x of list) if (x.isIntersecting) { layer(x.target); seen.unobserve(x.target); } }, { rootMargin: "200px" });
  const showOn = async (page, find) => {
    toPage(page - 1);
    const sheet = one(".sheet[data-side=original]", figures()[page - 1]);
    const d = sheet && await layer(sheet);
    if (d) find(d)?.scrollIntoView({ block: "center", inline: "center" });
  };
  let last = null;
  /// A document has come: its pages get their layers as they are seen, and what was asked for is shown.
  const opened = () => {
    const head = one("[data-doc]");
    if (!head || head === last) return;
    last = head;
    sized();
    all("#document .sheet").forEach((s) => seen.observe(s));
    const { at, mark } = head.dataset;
    const page = Number(one("#document").dataset.firstPage) || Number((at.match(/^page (\d+)/) || [])[1]) || (mark && figures().length === 1 ? 1 : 0);
    if (!page || !figures().length) return;
    if (mark) {
      showOn(page, (d) => {
        const field = d.texts.findIndex((t) => t.includes(mark));
        const hit = d.spans.filter((s, i) => d.words[i][7] && d.words[i][0] === field && mark.includes(s.textContent))[0];
        const from = hit ? d.texts[field].indexOf(mark, Math.max(0, d.words[hit.dataset.n][1] - mark.length)) : field < 0 ? -1 : d.texts[field].indexOf(mark);
        return from < 0 ? null : selectOn(d, field, from, from + mark.length);
      });
    } else if (page > 1) toPage(page - 1);
  };

  // Finding in the document: pages, or cards.
  const search = { q: "", list: [], at: -1 };
  const goFound = async (step) => {
    if (!search.list.length) return;
    search.at = (search.at + step + search.list.length) % search.list.length;
    const x = search.list[search.at];
    one("[data-found-at]").textContent = `${search.at + 1} of ${search.total}`;
    document.activeElement?.blur();
    if (x.page) { await showOn(x.page, (d) => selectOn(d, x.field, x.from, x.to)); return; }
    const head = one("[data-doc]");
    const text = search.q;
    await htmx.ajax("GET", `${head.dataset.case}/document?doc=${head.dataset.doc}&part=${encodeURIComponent(head.dataset.part)}&from=${x.card}&q=1&mark=${encodeURIComponent(text)}`, { target: "#document" });
    one("[data-find-text]").value = text;
    one("[data-found-at]").textContent = `${search.at + 1} of ${search.total}`;
    all("[data-found]").forEach((b) => { b.disabled = false; });
    one("#here")?.scrollIntoView({ block: "center" });
  };
  document.addEventListener("submit", async (e) => {
    if (!e.target.matches("[data-find]")) return;
    e.preventDefault();
    const q = one("[data-find-text]").value.trim();
    if (!q) return;
    if (q === search.q && search.list.length) { goFound(1); return; }
    const head = one("[data-doc]");
    one("[data-found-at]").textContent = "Looking …";
    const r = await fetch(`${head.dataset.case}/find?doc=${head.dataset.doc}&part=${encodeURIComponent(head.dataset.part)}&q=${encodeURIComponent(q)}`);
    const d = r.ok ? await r.json() : { total: 0, found: [] };
    Object.assign(search, { q, list: d.found, total: d.found.length < d.total ? `${d.found.length} (${d.total})` : d.found.length, at: -1 });
    all("[data-found]").forEach((b) => { b.disabled = !d.found.length; });
    if (d.found.length) goFound(1); else one("[data-found-at]").textContent = "Not found";
  });
  document.addEventListener("click", (e) => { const b = e.target.closest("[data-found]"); if (b) goFound(Number(b.dataset.found)); });
  const pageKeys = (e) => {
    if (e.key === "f" && one("[data-find-text]")) { one("[data-find-text]").focus(); one("[data-find-text]").select(); return true; }
    if (e.key === "Escape" && one("[data-words].floating")) { unselect(); return true; }
    if (e.key === "e" && one("[data-words].floating")) { one("[data-here]").click(); return true; }
    if (!figures().length) return false;
    if (e.key === "[") toPage(atPage() - 1);
    else if (e.key === "]") toPage(atPage() + 1);
    else if (e.key === "+" || e.key === "=") zoomed(1);
    else if (e.key === "-") zoomed(-1);
    else if (e.key === "0") zoomed(0);
    else if (e.key === "v") { const all3 = ["both", "original", "redacted"]; sides(all3[(all3.indexOf(one("[data-sides]").value) + 1) % 3]); }
    else return false;
    return true;
  };
  const boxKeys = (e) => {
    if (!one("[data-draw]")) return false;
    if (e.key === "b") {
      const sheet = box?.sheet || all("[data-sheet]").find((s) => s.getBoundingClientRect().bottom > 80);
      if (!sheet) return false;
      place(sheet, 0.3, 0.3, 0.6, 0.36);
      box.el.scrollIntoView({ block: "center" });
      return true;
    }
    if (!box) return false;
    if (e.key === "Escape") { box.el.remove(); box = null; one("[data-draw-go]").disabled = true; return true; }
    if (e.key === "Enter" && e.target === document.body) { one("[data-draw-go]").click(); return true; }
    const d = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[e.key];
    if (!d) return false;
    const [dx, dy] = [d[0] * 0.01, d[1] * 0.01];
    const fit = (v) => Math.min(1, Math.max(0, v));
    if (e.shiftKey) place(box.sheet, box.l, box.t, Math.max(box.l + 0.01, fit(box.r + dx)), Math.max(box.t + 0.01, fit(box.b + dy)));
    else if (box.l + dx >= 0 && box.r + dx <= 1 && box.t + dy >= 0 && box.b + dy <= 1) place(box.sheet, box.l + dx, box.t + dy, box.r + dx, box.b + dy);
    return true;
  };

  let g = 0;
  document.addEventListener("keydown", (e) => {
    if (e.ctrlKey || e.metaKey || e.altKey || e.isComposing) return;
    const typing = e.target.matches?.("input:not([type=checkbox]), textarea, select") || e.target.isContentEditable;
    if (e.key === "Escape" && typing) { e.target.blur(); return; }
    if (typing || one("#help")?.open) return;
    const review = one("[data-review]");
    const go = (item) => { if (item) location.href = `${review.dataset.base}?item=${encodeURIComponent(item)}`; else say("There is no further one."); };
    const done = () => e.preventDefault();
    if (e.key === "g") { g = Date.now(); return; }
    if (e.key === "q" && Date.now() - g < 1200) { location.href = "/queue"; return; }
    if (e.key === "?") { done(); one("#help").showModal(); return; }
    if (e.key === "/") { const s = one("[data-search]"); if (s) { done(); s.focus(); s.select(); } else location.href = "/queue"; return; }
    if (e.key === "A" && e.shiftKey) { one("[data-apply]")?.requestSubmit(); return; }
    if (boxKeys(e) || pageKeys(e)) { done(); return; }
    const hits = one("[data-hits]");
    if (hits && /^[aom]$/.test(e.key)) {
      const b = one(`[data-act="${e.key}"]`, hits);
      if (b && !all("input[name=no]:checked", hits).length) { const c = one("tr.chosen input[name=no]", hits); if (c) c.checked = true; }
      if (b) { done(); if (e.key !== "a" && !one("[name=reason]", hits).value) { one("[name=reason]", hits).focus(); say("Choose a reason first."); } else b.click(); }
      return;
    }
    if (hits && e.key === "u") { one("[data-undo]")?.requestSubmit(); return; }
    if (hits && e.key === "l") { done(); one("[data-role]", hits)?.focus(); return; }
    if (hits && e.key === "n") {
      // The next one that nobody has looked at.
      done();
      const list = rows();
      const at = list.findIndex((r) => r.classList.contains("chosen"));
      const next = list.findIndex((r, i) => i > at && !one("td:last-child b", r));
      if (next >= 0) choose(next - at); else say("There is no further one on this page.");
      return;
    }
    if (e.key === "h" && one("[data-base]")) { location.href = one("[data-base]").dataset.base.replace(/review$/, "hits"); return; }
    if (rows().length) {
      if (e.key === "j") { done(); choose(1); }
      if (e.key === "k") { done(); choose(-1); }
      if (e.key === "x") { const c = one("tr.chosen input[type=checkbox]"); if (c) c.checked = !c.checked; }
      return;
    }
    if (!review) return;
    if (e.key === "j") go(review.dataset.next);
    if (e.key === "k") go(review.dataset.previous);
    if (e.key === "n") go(review.dataset.open);
    if (e.key === "u") one("[data-undo]")?.requestSubmit();
    if (e.key === "l") { done(); one("[data-label]")?.focus(); }
    if (e.key === "r") { const f = one("[data-word]"); if (f) { done(); if (selected().length > 1 && !f.value) f.value = selected().slice(0, 200); f.focus(); } }
    if (e.key === "c") { const c = one("[data-only-changed]"); if (c) { c.checked = !c.checked; c.dispatchEvent(new Event("change", { bubbles: true })); } }
    if (/^[1-9]$/.test(e.key)) one(`[data-ruling] [data-key="${e.key}"]`)?.click();
  });
})();
