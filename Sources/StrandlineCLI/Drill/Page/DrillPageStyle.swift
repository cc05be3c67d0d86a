/// How a drill's page looks: light or dark as the reader's system says, in one column.
enum DrillPageStyle {
  static let css = """

    :root { --back: #f7f6f2; --card: #fff; --ink: #1d2429; --soft: #5d6a72; --line: #dcdad2; --good: #17714a; --bad: #b3261e;
      --whole: #2a6f97; --snapshot: #2a6f97; --redo: #d98b2b; --other: #a9b4ba; --mark: #b3261e; }
    @media (prefers-color-scheme: dark) {
      :root { --back: #12181c; --card: #1b2328; --ink: #e6eaec; --soft: #9aa8b0; --line: #2e3940; --good: #5fd09a; --bad: #ff8a80;
        --whole: #6bb3dd; --snapshot: #6bb3dd; --redo: #e7a850; --other: #66737b; --mark: #ff8a80; } }
    * { box-sizing: border-box; }
    body { margin: 0; background: var(--back); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
    main { max-width: 52rem; margin: 0 auto; padding: 1.5rem 1rem 3rem; }
    header { margin-bottom: 1.25rem; }
    h1 { font-size: 1.6rem; line-height: 1.2; margin: .4rem 0; }
    h2 { font-size: 1.05rem; margin: 0 0 .75rem; }
    .title { color: var(--soft); margin: 0; }
    .verdict { display: inline-block; margin: 0; padding: .15rem .8rem; border-radius: 1rem; font-weight: 600;
      border: 2px solid currentColor; }
    .good { color: var(--good); } .bad { color: var(--bad); }
    section { background: var(--card); border: 1px solid var(--line); border-radius: .6rem; padding: 1rem; margin: 0 0 1rem; }
    .tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(7.5rem, 1fr)); gap: .9rem; }
    .tile b { display: block; font-size: 1.35rem; line-height: 1.2; font-variant-numeric: tabular-nums; }
    .tile span { color: var(--soft); font-size: .85rem; }
    .tile.bad b, .tile.bad span { color: var(--bad); }
    .bar { display: grid; grid-template-columns: 1fr auto; column-gap: 1rem; margin-bottom: .7rem; }
    .bar span { min-width: 0; overflow-wrap: anywhere; }
    .bar b, td { font-variant-numeric: tabular-nums; }
    .bar svg { grid-column: 1 / -1; }
    svg { display: block; width: 100%; background: color-mix(in srgb, var(--line) 35%, transparent); border-radius: .2rem; }
    rect.whole { fill: var(--whole); } rect.snapshot { fill: var(--snapshot); } rect.redo { fill: var(--redo); }
    rect.other { fill: var(--other); }
    line.mark { stroke: var(--mark); stroke-width: 2; vector-effect: non-scaling-stroke; stroke-dasharray: 5 4; }
    figure { margin: 1rem 0 0; } h2 + figure { margin-top: 0; }
    .axis { display: flex; justify-content: space-between; color: var(--soft); font-size: .85rem; }
    figcaption { color: var(--soft); font-size: .85rem; margin-top: .4rem; }
    .legend { display: flex; flex-wrap: wrap; gap: .2rem 1.1rem; font-size: .85rem; margin-top: .5rem; }
    .legend span::before { content: ""; display: inline-block; width: .7rem; height: .7rem; border-radius: .15rem;
      margin-right: .4rem; }
    .legend .snapshot::before { background: var(--snapshot); } .legend .redo::before { background: var(--redo); }
    .legend .other::before { background: var(--other); }
    .scroll { overflow-x: auto; }
    table { border-collapse: collapse; width: 100%; }
    th, td { text-align: left; padding: .3rem .9rem .3rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
    tbody th { font-weight: 400; color: var(--soft); white-space: nowrap; }
    .times td { white-space: nowrap; }
    thead th { font-size: .85rem; font-weight: 600; color: var(--soft); }
    tr:last-child > * { border-bottom: 0; }
    pre { background: var(--back); border: 1px solid var(--line); border-radius: .4rem; padding: .6rem .8rem; margin: .8rem 0 0;
      font-size: .82rem; white-space: pre-wrap; overflow-wrap: anywhere; }
    .violations { margin: 0; padding-left: 1.2rem; } .violations p { margin: 0; overflow-wrap: anywhere; }
    .violations li { margin-bottom: .9rem; }
    footer { color: var(--soft); font-size: .85rem; text-align: center; margin-top: 1.5rem; }

    """
}
