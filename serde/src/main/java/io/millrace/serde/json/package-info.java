/**
 * The {@code json} format: one JSON object per record, read as a stream of tokens so that unwanted fields cost nothing but
 * their bytes.
 */
@NullMarked
package io.millrace.serde.json;

import org.jspecify.annotations.NullMarked;
