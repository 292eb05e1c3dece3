/** The {@code string} format: one column of a scalar type as UTF-8 text, the usual form of keys. */
@NullMarked
package io.millrace.serde.string;

import org.jspecify.annotations.NullMarked;
