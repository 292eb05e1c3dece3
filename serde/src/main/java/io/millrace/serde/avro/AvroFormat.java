package io.millrace.serde.avro;

import io.millrace.serde.Decoder;
import io.millrace.serde.Encoder;
import io.millrace.serde.Format;
import io.millrace.serde.RowType;
import io.millrace.serde.registry.SchemaRegistry;
import org.jspecify.annotations.Nullable;

/**
 * Avro records with their schemas in a registry.
 *
 * <p>Reading: each record is read with the schema that wrote it, and only the wanted columns, matched by exact name, are
 * built; numbers are widened where Avro widens them; a field that the writer lacks is null. A schema that is not a record can
 * be read as a single column. {@link AvroSchemas} says which type is which.
 *
 * <p>Writing: the schema follows from the row type and is registered under the place's subject when the first row is
 * written. {@code encode} then may throw {@link io.millrace.serde.registry.RegistryUnavailableException} or {@link
 * io.millrace.serde.registry.IncompatibleSchemaException}; neither is the row's fault, so neither is an EncodeException.
 */
public final class AvroFormat implements Format {
    @Override
    public String name() {
        return "avro";
    }

    @Override
    public Decoder decoder(Place place, RowType wanted) {
        return new AvroDecoder(registryOf(place), wanted);
    }

    @Override
    public Encoder encoder(Place place, RowType type) {
        return new AvroEncoder(registryOf(place), place, type);
    }

    private static SchemaRegistry registryOf(Place place) {
        @Nullable SchemaRegistry registry = place.registry();
        if (registry == null) {
            throw new IllegalArgumentException("topic \"" + place.topic()
                    + "\" has the format avro, which needs a schema registry: set schema.registry.url");
        }
        return registry;
    }
}
