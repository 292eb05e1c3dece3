package io.millrace.benchmarks;

import io.millrace.benchmarks.bids.Oracle.Verdict;

/** One engine's run of one work. */
record Result(Work work, Engine engine, int run, Span span, Verdict verdict) {}
