package io.millrace.engine.task;

/**
 * What a task's watermark waits for.
 *
 * @param by the input that is behind all others, or, when all that count are idle, the first that will be there: a source's partition, {@code clicks-3}, or an upstream task, {@code task 0_2}
 * @param watermarkMs how far that one has come, {@link Long#MIN_VALUE} if nothing has been heard of it
 * @param sinceMs since when, by the wall clock, it has been the last at that watermark
 */
public record HeldBack(String by, long watermarkMs, long sinceMs) {}
