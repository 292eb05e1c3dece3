/**
 * Keyed state as ordered bytes: what a backend must offer, the buffer of the open transaction over it, an
 * encoding of keys that keeps order, and a memory backend. It knows nothing of Kafka, rows or operators.
 */
@NullMarked
package io.millrace.state;

import org.jspecify.annotations.NullMarked;
