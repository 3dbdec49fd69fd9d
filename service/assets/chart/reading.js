// What a chart shows is read off its table: the numbers stand once, for everybody.

/** Return categories and series of a table: the columns that are marked, an empty cell as null. */
export function read(table) {
  const heads = [...table.tHead.rows[0].cells];
  const rows = [...table.tBodies[0].rows];
  const series = heads.flatMap((head, place) => (head.dataset.series ? [{
    name: head.textContent.trim(),
    kind: head.dataset.kind,
    isTarget: head.dataset.series === 'target',
    values: rows.map((row) => number(row.cells[place])),
  }] : []));
  return {
    categories: rows.map((row) => row.cells[0].textContent.trim()),
    series: series.filter((one) => one.values.some((value) => value !== null)),
  };
}

function number(cell) {
  return cell.dataset.value === undefined ? null : Number(cell.dataset.value);
}

/** Return how a value of a kind reads on an axis: shares in percent, large numbers by ten thousands in Chinese. */
export function shown(value, kind, language) {
  if (kind === 'share') return `${new Intl.NumberFormat(language, { maximumFractionDigits: 2 }).format(value * 100)}%`;
  const options = Math.abs(value) >= 10000 ? { notation: 'compact', maximumFractionDigits: 1 } : { maximumFractionDigits: 2 };
  return new Intl.NumberFormat(language, options).format(value);
}
