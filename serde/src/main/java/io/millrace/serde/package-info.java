/**
 * Rows, their SQL types, and the contract of a format. A format turns record bytes into column values and back; it knows
 * nothing of Kafka clients, jobs or operators.
 */
@NullMarked
package io.millrace.serde;

import org.jspecify.annotations.NullMarked;
