/**
 * Millrace beside its peers, on one broker and one input in one run: {@code benchmarks/run}. Starts each engine as a process of
 * its own, measures it from outside, and compares its output with an oracle. May know no engine's insides.
 */
@NullMarked
package io.millrace.benchmarks;

import org.jspecify.annotations.NullMarked;
