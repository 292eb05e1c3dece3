package io.millrace.engine.task;

import io.millrace.engine.operator.RecordSender;
import io.millrace.state.KeyValueStore;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.ToIntFunction;

/**
 * What a task needs from whoever runs it.
 *
 * @param stores the task's stores by name
 * @param partitions a topic's number of partitions
 * @param nowMs the wall clock, milliseconds since 1970
 */
public record TaskEnvironment(
        Function<String, KeyValueStore> stores,
        RecordSender sender,
        ToIntFunction<String> partitions,
        LongSupplier nowMs) {}
