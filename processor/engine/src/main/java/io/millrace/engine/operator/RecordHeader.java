package io.millrace.engine.operator;

import org.jspecify.annotations.Nullable;

/** A header of a Kafka record. */
public record RecordHeader(String key, byte @Nullable [] value) {}
