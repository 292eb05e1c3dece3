/**
 * The {@code avro} format in the wire format of the Confluent schema registry: a zero byte, the schema's id, Avro binary.
 * Only Avro's schema parser is used; nothing here loads a class that a schema names.
 */
@NullMarked
package io.millrace.serde.avro;

import org.jspecify.annotations.NullMarked;
