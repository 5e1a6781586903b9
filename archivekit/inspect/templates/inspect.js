for (const [kind, on] of [["mouseover", true], ["mouseout", false], ["focusin", true], ["focusout", false]]) {
  document.addEventListener(kind, (event) => {
    const link = event.target.closest("a[data-k]");
    if (!link) return;
    for (const twin of document.querySelectorAll(`a[data-k="${CSS.escape(link.dataset.k)}"]`)) twin.classList.toggle("on", on);
  });
}
