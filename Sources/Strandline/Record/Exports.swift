// The schema, batches and expressions that a record's members speak of, and what `@Record` writes into a file that imports
// Strandline alone.
@_exported public import StrandlineColumns
// What windows a function of one's own may be given.
@_exported public import enum StrandlineState.Window
