package io.millrace.serde.avro;

import io.millrace.serde.registry.RegistryUnavailableException;
import io.millrace.serde.registry.SchemaRegistry;
import io.millrace.serde.registry.UnknownSchemaException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A registry in memory; ids count from 1. */
final class FixedRegistry implements SchemaRegistry {
    final List<String> subjects = new ArrayList<>();
    final List<String> schemas = new ArrayList<>();
    boolean down;
    int fetches;

    int add(String schema) {
        schemas.add(schema);
        return schemas.size();
    }

    @Override
    public String schemaById(int id) {
        fetches++;
        if (down) {
            throw new RegistryUnavailableException("nobody answers");
        }
        if (id < 1 || id > schemas.size()) {
            throw new UnknownSchemaException("there is no schema with id " + id);
        }
        return schemas.get(id - 1);
    }

    @Override
    public @Nullable Registered latest(String subject) {
        return null;
    }

    @Override
    public int register(String subject, String schemaType, String schema) {
        if (down) {
            throw new RegistryUnavailableException("nobody answers");
        }
        subjects.add(subject + " " + schemaType);
        return add(schema);
    }
}
