/**
 * The input, and what must come of it: bids that follow from a seed, the topic they are written to, and for each work an oracle
 * that computes the right result from the generator alone. Knows no engine.
 */
@NullMarked
package io.millrace.benchmarks.bids;

import org.jspecify.annotations.NullMarked;
