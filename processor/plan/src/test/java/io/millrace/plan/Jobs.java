package io.millrace.plan;

import io.millrace.config.Environment;
import io.millrace.config.JobReader;
import io.millrace.config.JobSpec;
import io.millrace.serde.Column;
import io.millrace.serde.DataType.Scalar;
import io.millrace.serde.RowType;
import io.millrace.serde.registry.SchemaRegistry;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Plans jobs from their text, in surroundings that are the same everywhere. */
final class Jobs {
    private Jobs() {}

    static Plan plan(String yaml) {
        return Planner.plan(read(yaml), new Catalog());
    }

    static JobSpec read(String yaml) {
        return JobReader.read("job.yaml", yaml, new Surroundings());
    }

    /** Knows the columns of the sources called {@code orders}, and no registry. */
    private static final class Catalog implements SchemaCatalog {
        @Override
        public RowType columnsOf(JobSpec.Source source) {
            if (source.name().value().equals("orders")) {
                return RowType.of(new Column("order_id", Scalar.STRING, false), new Column("amount", Scalar.DOUBLE));
            }
            return SchemaCatalog.none().columnsOf(source);
        }

        @Override
        public SchemaRegistry registry() {
            return new SchemaRegistry() {
                @Override
                public String schemaById(int id) {
                    throw new IllegalStateException("planning reads no records");
                }

                @Override
                public @Nullable Registered latest(String subject) {
                    return null;
                }

                @Override
                public int register(String subject, String schemaType, String schema) {
                    throw new IllegalStateException("planning writes no records");
                }
            };
        }
    }

    private static final class Surroundings implements Environment {
        @Override
        public @Nullable String variable(String name) {
            return null;
        }

        @Override
        public String file(Path path) {
            throw new IllegalStateException("no file " + path);
        }

        @Override
        public int cores() {
            return 2;
        }

        @Override
        public Path workingDirectory() {
            return Path.of("/jobs");
        }
    }
}
