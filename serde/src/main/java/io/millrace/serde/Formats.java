package io.millrace.serde;

import io.millrace.serde.avro.AvroFormat;
import io.millrace.serde.bytes.BytesFormat;
import io.millrace.serde.json.JsonFormat;
import io.millrace.serde.string.StringFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The one list of formats. */
public final class Formats {
    private static final List<Format> ALL =
            List.of(new JsonFormat(), new AvroFormat(), new StringFormat(), new BytesFormat());

    private Formats() {}

    /** The format that a job calls {@code name}, or null. */
    public static @Nullable Format byName(String name) {
        for (Format format : ALL) {
            if (format.name().equals(name)) {
                return format;
            }
        }
        return null;
    }

    /** The format of a job that was read, whose formats are all known. */
    public static Format of(String name) {
        Format format = byName(name);
        if (format == null) {
            throw new IllegalStateException("the reader let pass the unknown format " + name);
        }
        return format;
    }

    /** Every format's name, for messages that list the choices. */
    public static List<String> names() {
        return ALL.stream().map(Format::name).toList();
    }
}
