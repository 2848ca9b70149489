package dev.rheo.server.request;

import dev.rheo.edge.HttpRequest;
import dev.rheo.server.request.info.RequestInfo;
import dev.rheo.server.security.User;

/**
 * A request on its way to a verb.
 *
 * @param info what it asks for
 * @param user the user as whom it acts, who may make it
 * @param route where it leads
 */
record Call(HttpRequest request, RequestInfo info, User user, Route route) {}
