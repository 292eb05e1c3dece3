package io.millrace.plan;

import io.millrace.config.JobSpec;
import io.millrace.serde.RowType;
import io.millrace.serde.registry.SchemaRegistry;
import org.jspecify.annotations.Nullable;

/** What a plan needs to know of topics that the job file does not say. */
public interface SchemaCatalog {
    /**
     * The columns of a source whose format brings its own schema.
     *
     * @throws RuntimeException if they cannot be found out; the message is shown to the user at the source
     */
    RowType columnsOf(JobSpec.Source source);

    /** The registry that formats read and register schemas with, or null if the job names none. */
    @Nullable
    SchemaRegistry registry();

    /** For jobs without a registry. */
    static SchemaCatalog none() {
        return new SchemaCatalog() {
            @Override
            public RowType columnsOf(JobSpec.Source source) {
                throw new IllegalArgumentException("the columns of '"
                        + source.name().value() + "' come from a schema registry: set schema.registry.url");
            }

            @Override
            public @Nullable SchemaRegistry registry() {
                return null;
            }
        };
    }
}
