package dev.rheo.resource.rules.pod;

import dev.rheo.api.name.Names;
import dev.rheo.resource.rules.kind.Addresses;
import dev.rheo.resource.rules.kind.Field;
import dev.rheo.resource.rules.kind.Syntax;

/** Checks how the containers of a pod find hosts. */
final class NameResolution {
  private static final int MAX_SERVERS = 3;
  private static final int MAX_SEARCHES = 32;
  private static final int MAX_SEARCH_CHARACTERS = 2048;

  private NameResolution() {}

  static void dnsConfig(Field config, Field policy) {
    Field servers = config.at("nameservers");
    if (policy.is("None")) {
      if (config.absent()) {
        config.required("must provide `dnsConfig` when `dnsPolicy` is None");
        return;
      }
      if (!servers.need("must provide at least one DNS nameserver when `dnsPolicy` is None")) {
        return;
      }
    }
    if (servers.size() > MAX_SERVERS) {
      servers.invalid("must not have more than " + MAX_SERVERS + " nameservers");
    }
    servers.items().forEach(Addresses::legacyIp);
    searches(config.at("searches"));
    for (Field option : config.at("options").items()) {
      if (option.at("name").isEmpty()) {
        option.required("must not be empty");
      }
    }
  }

  private static void searches(Field searches) {
    if (searches.size() > MAX_SEARCHES) {
      searches.invalid("must not have more than " + MAX_SEARCHES + " search paths");
    }
    long characters = searches.size() - 1;
    for (String search : searches.texts()) {
      characters += Syntax.bytes(search);
    }
    if (characters > MAX_SEARCH_CHARACTERS) {
      searches.invalid(
          "must not have more than "
              + MAX_SEARCH_CHARACTERS
              + " characters (including spaces) in the search list");
    }
    for (Field search : searches.items()) {
      String text = search.text();
      if (!text.equals(".")) {
        String relative = text.endsWith(".") ? text.substring(0, text.length() - 1) : text;
        for (String fault : Syntax.subdomainWithUnderscore(relative)) {
          search.invalid(relative, fault);
        }
      }
    }
  }

  static void hostAliases(Field aliases) {
    for (Field alias : aliases.items()) {
      Addresses.legacyIp(alias.at("ip"));
      for (Field name : alias.at("hostnames").items()) {
        name.check(Names::dnsSubdomain);
      }
    }
  }
}
