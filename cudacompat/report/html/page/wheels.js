"use strict";
(() => {
  const form = document.querySelector(".filters"), table = document.querySelector(".wheels");
  const rows = [...table.tBodies[0].rows], heads = [...table.tHead.rows[0].cells];
  const found = document.querySelector(".found"), none = document.querySelector(".none-found");
  const columns = new Map(heads.map((head, number) => [head.dataset.c, number]));
  const plain = text => text.trim().toLowerCase().replace(/^nvidia\s+/, "").replace(/^geforce\s+/, "");
  const gpus = new Map([...document.querySelectorAll("#gpus option")].map(each => [plain(each.value), each.dataset.c]));
  const runs = new Set(["native", "compatible", "jit", "compiles"]);
  form.hidden = false;

  function capability(text) {
    const wanted = plain(text);
    if (!wanted) return "";
    if (columns.has(wanted)) return wanted;
    return gpus.get(wanted) ?? null;
  }

  function show() {
    const wanted = form.q.value.trim().toLowerCase().replace(/[_.\s]+/g, "-");
    const platform = form.platform.value, gpu = capability(form.gpu.value);
    const column = gpu ? columns.get(gpu) : undefined;
    let count = 0;
    for (const row of rows) {
      const fits = row.dataset.p.includes(wanted) && (!platform || row.dataset.l === platform || row.dataset.l === "any")
        && !(form.runs.checked && column !== undefined && !runs.has(row.cells[column].className));
      row.hidden = !fits;
      count += fits;
    }
    for (const line of [heads, ...rows.map(row => row.cells)])
      for (let number = 2; number < line.length; number++) line[number].hidden = column !== undefined && number !== column;
    table.classList.toggle("one", column !== undefined);
    form.runs.disabled = column === undefined;
    none.hidden = count > 0;
    const unknown = gpu === null || (gpu && column === undefined);
    found.classList.toggle("bad", unknown);
    found.textContent = unknown
      ? `no column for ${form.gpu.value.trim()}: choose a GPU from the list, or write a compute capability`
      : `${count} of ${rows.length} rows${column !== undefined ? ` for compute capability ${gpu}` : ""}`;
    const state = new URLSearchParams();
    for (const name of ["q", "gpu", "platform"]) if (form[name].value) state.set(name, form[name].value);
    if (form.runs.checked) state.set("runs", "1");
    history.replaceState(null, "", state.size ? `#${state}` : location.pathname + location.search);
  }

  const asked = new URLSearchParams(location.hash.slice(1));
  for (const name of ["q", "gpu", "platform"]) if (asked.has(name)) form[name].value = asked.get(name);
  form.runs.checked = asked.has("runs");
  form.addEventListener("input", show);
  form.addEventListener("submit", event => event.preventDefault());
  show();
})();
