// What opens from a cell of a grid stands over its edges, and above the cell where there is no room below.
import { useEffect } from 'preact/hooks';

const LIST = '.fjs-dropdownlist';
const GAP = 4;

/** Where a list of `height` goes beside a cell, `bottom` being the end of what is free: {top, most}, in pixels. */
export function placeBeside(cell, height, bottom) {
  const below = bottom - cell.bottom - GAP;
  if (below >= height || below >= cell.top) return { top: cell.bottom, most: Math.max(below, 0) };
  const most = Math.min(height, cell.top - GAP);
  return { top: cell.top - most, most };
}

function put(list) {
  const cell = list.closest('td').getBoundingClientRect();
  const bottom = document.querySelector('.form-foot')?.getBoundingClientRect().top ?? window.innerHeight;
  const { top, most } = placeBeside(cell, list.offsetHeight, Math.min(bottom, window.innerHeight));
  Object.assign(list.style, { top: `${top}px`, left: `${cell.left}px`, maxHeight: `${most}px`, overflowY: 'auto' });
}

/** Keep the list that is open in an element beside its cell. */
export function useFloating(holder) {
  useEffect(() => {
    const follow = () => holder.current?.querySelectorAll(`td ${LIST}`).forEach(put);
    const observer = new MutationObserver(follow);
    observer.observe(holder.current, { childList: true, subtree: true });
    window.addEventListener('scroll', follow, { capture: true, passive: true });
    return () => {
      observer.disconnect();
      window.removeEventListener('scroll', follow, { capture: true });
    };
  }, []);
}
