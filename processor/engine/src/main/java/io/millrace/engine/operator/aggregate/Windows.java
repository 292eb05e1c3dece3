package io.millrace.engine.operator.aggregate;

/** Which windows a row belongs to. */
public sealed interface Windows permits SlicedWindows, SessionWindows {}
