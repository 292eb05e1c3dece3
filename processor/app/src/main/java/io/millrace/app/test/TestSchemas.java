package io.millrace.app.test;

import io.millrace.config.JobSpec;
import io.millrace.plan.SchemaCatalog;
import io.millrace.serde.Format;
import io.millrace.serde.RowType;
import io.millrace.serde.avro.AvroSchemas;
import io.millrace.serde.registry.SchemaRegistry;
import io.millrace.serde.registry.UnknownSchemaException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A schema registry in memory, which at first has what lies beside the job: {@code orders-value.avsc} for the values of a topic orders. */
final class TestSchemas implements SchemaCatalog, SchemaRegistry {
    private final Path directory;
    private final List<String> byId = new ArrayList<>();
    private final Map<String, Registered> latest = new HashMap<>();

    TestSchemas(Path directory) {
        this.directory = directory;
    }

    @Override
    public RowType columnsOf(JobSpec.Source source) {
        String subject = new Format.Place(source.topics().get(0).value(), false, this).subject();
        Registered schema = source.format().value().equals("avro") ? latest(subject) : null;
        if (schema == null) {
            throw new IllegalArgumentException("a test asks no schema registry: give '"
                    + source.name().value() + "' a schema: with its columns and their types"
                    + (source.format().value().equals("avro") ? ", or put its Avro schema into " + file(subject) : ""));
        }
        return AvroSchemas.toRowType(schema.schema());
    }

    @Override
    public SchemaRegistry registry() {
        return this;
    }

    @Override
    public String schemaById(int id) {
        if (id < 1 || id > byId.size()) {
            throw new UnknownSchemaException("no schema has the id " + id + " in this test");
        }
        return byId.get(id - 1);
    }

    @Override
    public @Nullable Registered latest(String subject) {
        Path file = file(subject);
        if (!latest.containsKey(subject) && Files.exists(file)) {
            try {
                register(subject, "AVRO", Files.readString(file));
            } catch (IOException e) {
                throw new IllegalArgumentException(file + " cannot be read: " + e, e);
            }
        }
        return latest.get(subject);
    }

    @Override
    public int register(String subject, String schemaType, String schema) {
        int known = byId.indexOf(schema);
        if (known < 0) {
            byId.add(schema);
            known = byId.size() - 1;
        }
        Registered before = latest.get(subject);
        int version = before == null ? 1 : before.version() + 1;
        latest.put(subject, new Registered(subject, version, known + 1, schemaType, schema));
        return known + 1;
    }

    private Path file(String subject) {
        return directory.resolve(subject + ".avsc");
    }
}
