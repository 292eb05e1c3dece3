/**
 * A wire that can be made faulty: it carries requests between Kafka clients and brokers and delays, loses or answers them by rule. It knows
 * Kafka's protocol and nothing of jobs.
 */
@NullMarked
package io.millrace.app.wire;

import org.jspecify.annotations.NullMarked;
