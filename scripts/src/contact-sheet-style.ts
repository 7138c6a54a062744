/** The look of the contact sheet; everything is in the page, so that it can be opened from anywhere. */
export const CONTACT_SHEET_STYLE = `
:root { color-scheme: light dark; --page: #f6f6f4; --card: #ffffff; --text: #1c1c1a; --faint: #63635e; --line: #dededa; --alarm: #b3261e; --bar: #cfe3f6; }
@media (prefers-color-scheme: dark) {
  :root { --page: #161615; --card: #20201e; --text: #ecece8; --faint: #a3a39c; --line: #3a3a37; --alarm: #ff8a80; --bar: #25435f; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 76rem; padding: 2.5rem 1.25rem 4rem; background: var(--page); color: var(--text);
  font: 16px/1.5 system-ui, sans-serif; }
h1 { margin: 0; font-size: 1.6rem; line-height: 1.25; }
h2 { margin: 0; font-size: 1.05rem; }
h3 { margin: 0; font-size: .95rem; }
p { margin: .35rem 0 0; }
.faint { color: var(--faint); font-size: .875rem; }
.notice { margin-top: 1rem; padding: .6rem .9rem; border: 1px solid var(--line); border-radius: .5rem; background: var(--card); }
article { margin-top: 1.5rem; padding: 1.1rem 1.25rem 1.25rem; border: 1px solid var(--line); border-radius: .75rem; background: var(--card); }
article header, section header { display: flex; flex-wrap: wrap; justify-content: space-between; align-items: baseline; gap: .25rem 1rem; }
.pictures { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(26rem, 100%), 1fr)); gap: 1rem; margin-top: .9rem; }
figure { margin: 0; }
figure a { display: block; position: relative; width: fit-content; }
figure svg { position: absolute; inset: 0; width: 100%; height: 100%; }
figure svg * { vector-effect: non-scaling-stroke; }
img { display: block; max-width: 100%; max-height: 32rem; width: auto; height: auto; border-radius: .4rem; background: var(--line); }
.generated { display: flex; flex-wrap: wrap; gap: 1rem 1.75rem; margin-top: .9rem; }
.generated figure { width: 16rem; }
.generated img { width: 16rem; outline: 1px solid var(--line); image-rendering: pixelated; }
.generated figcaption img { width: 4rem; border-radius: .25rem; }
.previews { display: flex; flex-wrap: wrap; gap: .5rem; margin-top: .5rem; }
figcaption { margin-top: .35rem; color: var(--faint); font-size: .8125rem; }
.chips { display: flex; flex-wrap: wrap; gap: .4rem; margin: .5rem 0 0; padding: 0; list-style: none; }
.chips li { display: inline-flex; align-items: center; gap: .45rem; padding: .15rem .65rem .15rem .5rem; border: 1px solid var(--line);
  border-radius: 1rem; font-size: .875rem; }
.chip { width: .85rem; height: .85rem; border: 1px solid rgb(128 128 128 / .5); border-radius: 50%; }
.amount { color: var(--faint); font-variant-numeric: tabular-nums; }
.beside { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(20rem, 100%), 1fr)); gap: .5rem 1.25rem; align-items: start; }
h4 { margin: .9rem 0 0; font-size: .875rem; font-weight: normal; color: var(--faint); }
.bars { margin: .35rem 0 0; padding: 0; list-style: none; font-size: .875rem; }
.bars li { display: flex; justify-content: space-between; gap: 1rem; margin-top: .2rem; padding: .1rem .5rem; border-radius: .25rem;
  background: linear-gradient(to right, var(--bar) calc(100% * var(--score)), transparent 0); }
section { margin-top: 1rem; }
section > p { margin-top: .5rem; }
.notice p:first-child { margin-top: 0; }
.error { color: var(--alarm); }
a { color: inherit; }
footer { margin-top: 2rem; }
code { font-family: ui-monospace, monospace; font-size: .92em; }
`;
