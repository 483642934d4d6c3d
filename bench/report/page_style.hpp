/// \file
/// How the page looks: by day and by night, on a phone and on a desk.
#pragma once

namespace wakala::bench {

// No `<` or `&` in it: the page is well-formed XML too, which its test makes use of.
inline constexpr const char* page_style = R"css(
:root { color-scheme: light dark; --back: #ffffff; --raised: #f4f5f7; --text: #16191d; --muted: #5b6470; --edge: #d9dde3;
  --good: #14713a; --bad: #b3261e; --s0: #0b62c4; --s1: #c2410c; --s2: #15803d; --s3: #8b2fd6; --s4: #a16207;
  --s5: #0e7490; --s6: #be185d; --s7: #4d5560; }
@media (prefers-color-scheme: dark) { :root { --back: #121417; --raised: #1c2025; --text: #e8ebef; --muted: #9aa4b1;
  --edge: #333a43; --good: #5fd18a; --bad: #ff8a80; --s0: #6cb0ff; --s1: #ff9a62; --s2: #5fd18a; --s3: #c79bff;
  --s4: #f2c14e; --s5: #56cbe0; --s6: #ff8fc0; --s7: #b6bec9; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--back); color: var(--text); font: 1rem/1.5 system-ui, sans-serif; }
main { max-width: 72rem; margin: 0 auto; padding: 1rem; }
h1 { font-size: 1.5rem; margin: 0.5rem 0; }
h2 { font-size: 1.2rem; margin: 0 0 0.5rem; }
h1, h2, dd, li { overflow-wrap: anywhere; }
.verdict { display: inline-block; margin: 0 0 0.5rem; padding: 0.25rem 0.75rem; border-radius: 0.5rem; font-weight: 600;
  border: 1px solid currentColor; }
.good { color: var(--good); }
.bad { color: var(--bad); }
ul.void { color: var(--bad); padding-left: 1.25rem; margin: 0 0 0.75rem; }
section { border: 1px solid var(--edge); border-radius: 0.75rem; padding: 1rem; margin: 1rem 0; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 0.95rem; }
th, td { text-align: left; padding: 0.3rem 0.6rem; border-bottom: 1px solid var(--edge); vertical-align: top; }
th { color: var(--muted); font-weight: 600; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
td:not(.values) { white-space: nowrap; }
.values { min-width: 9rem; color: var(--muted); font-size: 0.85rem; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 22rem), 1fr)); gap: 1rem; margin: 1rem 0; }
figure { margin: 0; background: var(--raised); border-radius: 0.5rem; padding: 0.75rem; min-width: 0; }
figcaption { font-weight: 600; }
svg { display: block; width: 100%; height: auto; }
svg text { fill: var(--muted); font: 11px system-ui, sans-serif; }
.grid { stroke: var(--edge); stroke-width: 1; }
.line { fill: none; stroke-width: 2; stroke-linejoin: round; }
line.offered { stroke: var(--muted); stroke-dasharray: 4 4; }
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: 0.25rem 1rem; margin: 0.25rem 0 0; padding: 0; font-size: 0.9rem; }
.legend li::before { content: ""; display: inline-block; width: 1rem; height: 0.2rem; margin-right: 0.4rem;
  vertical-align: middle; background: currentColor; }
.legend li.offered { color: var(--muted); }
path.s0, path.s4 { stroke-dasharray: none; }
path.s1, path.s5 { stroke-dasharray: 7 3; }
path.s2, path.s6 { stroke-dasharray: 2 3; }
path.s3, path.s7 { stroke-dasharray: 8 3 2 3; }
.s0 { color: var(--s0); } .s1 { color: var(--s1); } .s2 { color: var(--s2); } .s3 { color: var(--s3); }
.s4 { color: var(--s4); } .s5 { color: var(--s5); } .s6 { color: var(--s6); } .s7 { color: var(--s7); }
path.line { stroke: currentColor; }
circle { fill: currentColor; }
details { margin-top: 0.5rem; font-size: 0.9rem; }
summary { cursor: pointer; color: var(--muted); }
dl { display: grid; grid-template-columns: minmax(7rem, max-content) 1fr; gap: 0.3rem 1rem; margin: 1rem 0 0; font-size: 0.95rem; }
dt { color: var(--muted); }
dd { margin: 0; min-width: 0; }
@media (max-width: 40rem) { dl { grid-template-columns: 1fr; gap: 0; } dd { margin-bottom: 0.6rem; } section { padding: 0.75rem; } }
)css";

} // namespace wakala::bench
