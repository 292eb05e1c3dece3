package io.millrace.conformance;

/** One result of a window, in the same words for both engines. */
record WindowResult(String key, long startMs, long endMs, long rows, long sum, long users) {}
