/** The {@code bytes} format: one BYTES column that is the record's key or value as it is. */
@NullMarked
package io.millrace.serde.bytes;

import org.jspecify.annotations.NullMarked;
