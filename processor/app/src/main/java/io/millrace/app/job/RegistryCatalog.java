package io.millrace.app.job;

import io.millrace.config.JobSpec;
import io.millrace.plan.SchemaCatalog;
import io.millrace.serde.Format;
import io.millrace.serde.RowType;
import io.millrace.serde.avro.AvroSchemas;
import io.millrace.serde.registry.SchemaRegistries;
import io.millrace.serde.registry.SchemaRegistry;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The columns of a job's topics as its schema registry has them now. */
record RegistryCatalog(SchemaRegistry registry) implements SchemaCatalog {
    private static final String URL = "schema.registry.url";

    /** @throws UnreachableException if the job's registry properties are wrong */
    static SchemaCatalog of(Map<String, String> kafka) {
        if (kafka.getOrDefault(URL, "").isBlank()) {
            return SchemaCatalog.none();
        }
        try {
            return new RegistryCatalog(SchemaRegistries.fromProperties(
                    kafka, () -> TimeUnit.NANOSECONDS.toMillis(System.nanoTime()), Thread::sleep));
        } catch (IllegalArgumentException e) {
            throw new UnreachableException("the schema registry cannot be used: " + e.getMessage(), e);
        }
    }

    @Override
    public RowType columnsOf(JobSpec.Source source) {
        String format = source.format().value();
        if (!format.equals("avro")) {
            throw new IllegalArgumentException(
                    "format " + format + " needs a schema: with the columns and their types");
        }
        String subject = new Format.Place(source.topics().get(0).value(), false, registry).subject();
        SchemaRegistry.Registered latest = registry.latest(subject);
        if (latest == null) {
            throw new IllegalArgumentException(
                    "the schema registry has no subject '" + subject + "'; register the topic's schema first");
        }
        return AvroSchemas.toRowType(latest.schema());
    }
}
