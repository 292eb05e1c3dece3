package io.millrace.serde;

import io.millrace.serde.registry.SchemaRegistry;
import org.jspecify.annotations.Nullable;

/** A way of writing rows as bytes. Formats are listed in {@link Formats} and nowhere else. Thread-safe. */
public interface Format {
    /** As a job names it: {@code json}, {@code avro}, {@code string}, {@code bytes}. */
    String name();

    /**
     * A reader of {@code wanted}, which may be any subset of what the bytes hold.
     *
     * @throws IllegalArgumentException if a wanted column cannot exist in this format; the message names it
     */
    Decoder decoder(Place place, RowType wanted);

    /**
     * A writer of rows of {@code type}.
     *
     * @throws IllegalArgumentException if a column's type cannot be written in this format; the message names the column
     */
    Encoder encoder(Place place, RowType type);

    /**
     * Where the bytes live. {@code registry} is null where the job names none.
     *
     * @param key whether these are a record's keys and not its values
     */
    record Place(String topic, boolean key, @Nullable SchemaRegistry registry) {
        /** The registry's subject by the topic-name strategy. */
        public String subject() {
            return topic + (key ? "-key" : "-value");
        }
    }
}
