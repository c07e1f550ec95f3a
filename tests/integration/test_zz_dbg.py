from tests.integration.test_window import *
from tests.integration.test_window import table, connect
def test_dbg(open_window, connect):
    desk = open_window("version = 1\n" + table("One", "echo") + table("Two", "echo"))
    first, second = desk.switch_on("One"), desk.switch_on("Two")
    clients = [connect(port) for port in (first, first, first, second)]
    desk.qtbot.wait(1500)
    print("ROWS", desk.rows(), len(list(desk.deck.connections())), desk.window.listeners.chosen)
    p=desk.window.connections
    print(p.isVisible(), p.window().isVisible())
